using NodaTime;
using Tallystick.Foundation.Json;
using Tallystick.Pricing.Pricings;
using Tallystick.Resources.Definitions;

namespace Tallystick.Pricing.CounterPricings;

/// <summary>The price of a counter on a plan or plan template during a period.</summary>
public sealed record CounterPricing : Resource
{
    /// <summary>Short code, unique among counter pricings.</summary>
    [Characters(0, 80), Form(TextForm.Code)]
    public string? Code { get; init; }

    /// <summary>UUID of the plan. Required unless <see cref="PlanTemplateId"/> is given.</summary>
    public string? PlanId { get; init; }

    /// <summary>
    /// UUID of the plan template whose plans inherit the pricing. Required unless <see cref="PlanId"/> is given.
    /// </summary>
    public string? PlanTemplateId { get; init; }

    /// <summary>
    /// If true, each band prices the units that fall into it (tiered). If false (the default), the highest band reached
    /// prices all units (volume, stairstep).
    /// </summary>
    public bool Cumulative { get; init; }

    /// <summary>When the pricing takes effect (ISO 8601), inclusive.</summary>
    public required Instant StartDate { get; init; }

    /// <summary>When the pricing ends (ISO 8601), exclusive. Open-ended if absent.</summary>
    public Instant? EndDate { get; init; }

    /// <summary>Description of its bill line items.</summary>
    [Characters(0, 200)]
    public string? Description { get; init; }

    /// <summary>UUID of the product to which its bill line items are attributed for accounting.</summary>
    [Characters(36, 36)]
    public string? AccountingProductId { get; init; }

    /// <summary>The price bands, at least one. The lowest band starts at 0.</summary>
    [MinimumItems(1)]
    public required IReadOnlyList<PricingBand> PricingBands { get; init; }

    /// <summary>UUID of the counter that is priced.</summary>
    [Characters(1, int.MaxValue)]
    public required string CounterId { get; init; }

    /// <summary>
    /// Whether the running total is billed at the start (true, the default) or the end of each billing period.
    /// </summary>
    public bool? RunningTotalBillInAdvance { get; init; }

    /// <summary>
    /// Whether the running total of a partial period is prorated by days (true, the default) or charged in full.
    /// </summary>
    public bool? ProRateRunningTotal { get; init; }

    /// <summary>
    /// Whether an increase is prorated by the remaining days of its period (true, the default) or charged in full.
    /// </summary>
    public bool? ProRateAdjustmentDebit { get; init; }

    /// <summary>
    /// Whether a decrease is prorated by the remaining days of its period (true, the default) or credited in full.
    /// </summary>
    public bool? ProRateAdjustmentCredit { get; init; }
}
