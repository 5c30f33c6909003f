using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Pricing.Plans;

/// <summary>A price plan for accounts. Settings that it omits are taken from its plan template.</summary>
public sealed record Plan : ResourceWithCustomFields
{
    /// <summary>UUID of the plan template.</summary>
    [Characters(36, 36)]
    public required string PlanTemplateId { get; init; }

    /// <summary>UUID of the product, taken from the plan template.</summary>
    [ServerSet]
    public string? ProductId { get; init; }

    /// <summary>Descriptive name.</summary>
    [Characters(1, 200)]
    public required string Name { get; init; }

    /// <summary>Short code, unique among plans.</summary>
    [Characters(1, 80), Form(TextForm.Code)]
    public required string Code { get; init; }

    /// <summary>Fixed charge per billing period. Overrides the plan template, even if 0.</summary>
    [AtLeast(0)]
    public decimal? StandingCharge { get; init; }

    /// <summary>Bill line description of the standing charge. Overrides the plan template.</summary>
    [Characters(0, 200)]
    public string? StandingChargeDescription { get; init; }

    /// <summary>Deprecated. Stored and returned but has no effect.</summary>
    [AtLeast(0)]
    public long? Ordinal { get; init; }

    /// <summary>True for a custom plan of one account.</summary>
    public bool? Bespoke { get; init; }

    /// <summary>Minimum spend per billing period. Overrides the plan template, even if 0.</summary>
    [AtLeast(0)]
    public decimal? MinimumSpend { get; init; }

    /// <summary>Bill line description of the minimum spend. Overrides the plan template.</summary>
    [Characters(0, 200)]
    public string? MinimumSpendDescription { get; init; }

    /// <summary>
    /// Whether the standing charge is billed at the start of its period. Overrides the plan template.
    /// </summary>
    public bool? StandingChargeBillInAdvance { get; init; }

    /// <summary>Whether the minimum spend is billed at the start of its period. Overrides the plan template.</summary>
    public bool? MinimumSpendBillInAdvance { get; init; }

    /// <summary>UUID of the product to which the minimum spend is attributed for accounting.</summary>
    [Characters(36, 36)]
    public string? MinimumSpendAccountingProductId { get; init; }

    /// <summary>UUID of the product to which the standing charge is attributed for accounting.</summary>
    [Characters(36, 36)]
    public string? StandingChargeAccountingProductId { get; init; }

    /// <summary>UUID of the only account that can use the plan. Cannot be changed.</summary>
    [Characters(36, 36)]
    public string? AccountId { get; init; }
}
