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

    /// <summary>Code of the currency in which the plans are priced.</summary>
    [Characters(3, 3)]
    public required string Currency { get; init; }

    /// <summary>Fixed charge of each billing period, prorated for part periods.</summary>
    [AtLeast(0)]
    public required decimal StandingCharge { get; init; }

    /// <summary>Text of the standing charge on bills.</summary>
    [Characters(0, 200)]
    public string? StandingChargeDescription { get; init; }

    /// <summary>The standing charge is applied on every n-th bill; 1 when absent.</summary>
    [AtLeast(1), AtMost(365)]
    public int? StandingChargeInterval { get; init; }

    /// <summary>Number of bills before the standing charge is first applied; 0 when absent.</summary>
    [AtLeast(0), AtMost(364)]
    public int? StandingChargeOffset { get; init; }

    /// <summary>Billing periods are this many days, weeks, months or years long; 1 when absent.</summary>
    [AtLeast(1), AtMost(365)]
    public int? BillFrequencyInterval { get; init; }

    /// <summary>How often bills are made.</summary>
    public required BillingFrequency BillFrequency { get; init; }

    /// <summary>Deprecated; kept and returned without effect.</summary>
    [AtLeast(0)]
    public long? Ordinal { get; init; }

    /// <summary>Short code, unique among plan templates.</summary>
    [Characters(0, 80), Form(TextForm.Code)]
    public string? Code { get; init; }

    /// <summary>Least spend of each billing period.</summary>
    [AtLeast(0)]
    public decimal? MinimumSpend { get; init; }

    /// <summary>Text of the minimum spend on bills.</summary>
    [Characters(0, 200)]
    public string? MinimumSpendDescription { get; init; }

    /// <summary>
    /// True when the standing charge is billed at the start of its period; overrides the organization.
    /// </summary>
    public bool? StandingChargeBillInAdvance { get; init; }

    /// <summary>True when the minimum spend is billed at the start of its period; overrides the organization.</summary>
    public bool? MinimumSpendBillInAdvance { get; init; }
}
