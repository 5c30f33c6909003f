using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Pricing.Plans;

/// <summary>A price plan that accounts are put on. What it leaves out, its plan template decides.</summary>
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

    /// <summary>Fixed charge of each billing period; overrides the plan template, 0 included.</summary>
    [AtLeast(0)]
    public decimal? StandingCharge { get; init; }

    /// <summary>Text of the standing charge on bills; overrides the plan template.</summary>
    [Characters(0, 200)]
    public string? StandingChargeDescription { get; init; }

    /// <summary>Deprecated; kept and returned without effect.</summary>
    [AtLeast(0)]
    public long? Ordinal { get; init; }

    /// <summary>True for a plan made for one account.</summary>
    public bool? Bespoke { get; init; }

    /// <summary>Least spend of each billing period; overrides the plan template, 0 included.</summary>
    [AtLeast(0)]
    public decimal? MinimumSpend { get; init; }

    /// <summary>Text of the minimum spend on bills; overrides the plan template.</summary>
    [Characters(0, 200)]
    public string? MinimumSpendDescription { get; init; }

    /// <summary>
    /// True when the standing charge is billed at the start of its period; overrides the plan template.
    /// </summary>
    public bool? StandingChargeBillInAdvance { get; init; }

    /// <summary>
    /// True when the minimum spend is billed at the start of its period; overrides the plan template.
    /// </summary>
    public bool? MinimumSpendBillInAdvance { get; init; }

    /// <summary>UUID of the product that the minimum spend is attributed to for accounting.</summary>
    [Characters(36, 36)]
    public string? MinimumSpendAccountingProductId { get; init; }

    /// <summary>UUID of the product that the standing charge is attributed to for accounting.</summary>
    [Characters(36, 36)]
    public string? StandingChargeAccountingProductId { get; init; }

    /// <summary>UUID of the only account that may use the plan; it cannot change afterwards.</summary>
    [Characters(36, 36)]
    public string? AccountId { get; init; }
}
