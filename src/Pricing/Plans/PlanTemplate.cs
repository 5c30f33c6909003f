using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Definitions;

namespace Tallystick.Pricing.Plans;

/// <summary>Default billing settings for the plans of one product.</summary>
public sealed record PlanTemplate : ResourceWithCustomFields
{
    /// <summary>UUID of the product.</summary>
    [Characters(36, 36)]
    public required string ProductId { get; init; }

    /// <summary>Descriptive name.</summary>
    [Characters(1, 200)]
    public required string Name { get; init; }

    /// <summary>Code of the pricing currency of the plans.</summary>
    [Characters(3, 3)]
    public required string Currency { get; init; }

    /// <summary>Fixed charge per billing period, prorated for partial periods.</summary>
    [AtLeast(0)]
    public required decimal StandingCharge { get; init; }

    /// <summary>Bill line description of the standing charge.</summary>
    [Characters(0, 200)]
    public string? StandingChargeDescription { get; init; }

    /// <summary>The standing charge is applied on every nth bill. Default: 1.</summary>
    [AtLeast(1), AtMost(365)]
    public int? StandingChargeInterval { get; init; }

    /// <summary>Number of bills before the standing charge is first applied. Default: 0.</summary>
    [AtLeast(0), AtMost(364)]
    public int? StandingChargeOffset { get; init; }

    /// <summary>Number of days, weeks, months or years per billing period. Default: 1.</summary>
    [AtLeast(1), AtMost(365)]
    public int? BillFrequencyInterval { get; init; }

    /// <summary>How often bills are created.</summary>
    public required BillingFrequency BillFrequency { get; init; }

    /// <summary>Deprecated. Stored and returned but has no effect.</summary>
    [AtLeast(0)]
    public long? Ordinal { get; init; }

    /// <summary>Short code, unique among plan templates.</summary>
    [Characters(0, 80), Form(TextForm.Code)]
    public string? Code { get; init; }

    /// <summary>Minimum spend per billing period.</summary>
    [AtLeast(0)]
    public decimal? MinimumSpend { get; init; }

    /// <summary>Bill line description of the minimum spend.</summary>
    [Characters(0, 200)]
    public string? MinimumSpendDescription { get; init; }

    /// <summary>Whether the standing charge is billed at the start of its period. Overrides the organization.</summary>
    public bool? StandingChargeBillInAdvance { get; init; }

    /// <summary>Whether the minimum spend is billed at the start of its period. Overrides the organization.</summary>
    public bool? MinimumSpendBillInAdvance { get; init; }
}
