using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Pricing.PlanGroups;

/// <summary>Plans of different products that share one standing charge and one minimum spend.</summary>
public sealed record PlanGroup : ResourceWithCustomFields
{
    /// <summary>Descriptive name.</summary>
    [Characters(1, 200)]
    public required string Name { get; init; }

    /// <summary>Short code, unique among plan groups.</summary>
    [Characters(0, 80), Form(TextForm.Code)]
    public string? Code { get; init; }

    /// <summary>Minimum spend per billing period for all of its plans together.</summary>
    [AtLeast(0)]
    public decimal? MinimumSpend { get; init; }

    /// <summary>Bill line description of the minimum spend.</summary>
    [Characters(0, 200)]
    public string? MinimumSpendDescription { get; init; }

    /// <summary>Fixed charge per billing period, in addition to those of its plans.</summary>
    [AtLeast(0)]
    public decimal? StandingCharge { get; init; }

    /// <summary>Bill line description of the standing charge.</summary>
    [Characters(0, 200)]
    public string? StandingChargeDescription { get; init; }

    /// <summary>Code of the currency of its own charges.</summary>
    [Characters(3, 3)]
    public required string Currency { get; init; }

    /// <summary>Whether the standing charge is billed at the start of its period. Overrides the organization.</summary>
    public bool? StandingChargeBillInAdvance { get; init; }

    /// <summary>Whether the minimum spend is billed at the start of its period. Overrides the organization.</summary>
    public bool? MinimumSpendBillInAdvance { get; init; }

    /// <summary>UUID of the only account that can use the plan group. Cannot be changed.</summary>
    [Characters(36, 36)]
    public string? AccountId { get; init; }

    /// <summary>UUID of the product to which the minimum spend is attributed for accounting.</summary>
    public string? MinimumSpendAccountingProductId { get; init; }

    /// <summary>UUID of the product to which the standing charge is attributed for accounting.</summary>
    public string? StandingChargeAccountingProductId { get; init; }
}
