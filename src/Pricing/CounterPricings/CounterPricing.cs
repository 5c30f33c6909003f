using NodaTime;
using Tallystick.Foundation.Json;
using Tallystick.Pricing.Pricings;
using Tallystick.Resources.Definitions;

namespace Tallystick.Pricing.CounterPricings;

/// <summary>What a counter costs on a plan or plan template over a time.</summary>
public sealed record CounterPricing : Resource
{
    /// <summary>Short code, unique among counter pricings.</summary>
    [Characters(0, 80), Form(TextForm.Code)]
    public string? Code { get; init; }

    /// <summary>UUID of the plan; either this or <see cref="PlanTemplateId"/>.</summary>
    public string? PlanId { get; init; }

    /// <summary>
    /// UUID of the plan template whose plans all inherit the pricing; either this or <see cref="PlanId"/>.
    /// </summary>
    public string? PlanTemplateId { get; init; }

    /// <summary>
    /// True: each band prices the units that fall into it (tiered). False, the default: the highest band reached
    /// prices all units (volume, stairstep).
    /// </summary>
    public bool Cumulative { get; init; }

    /// <summary>First instant (ISO 8601) at which the pricing holds.</summary>
    public required Instant StartDate { get; init; }

    /// <summary>First instant (ISO 8601) at which it no longer holds; absent while open-ended.</summary>
    public Instant? EndDate { get; init; }

    /// <summary>Text of its lines on bills.</summary>
    [Characters(0, 200)]
    public string? Description { get; init; }

    /// <summary>UUID of the product that its bill lines are attributed to for accounting.</summary>
    [Characters(36, 36)]
    public string? AccountingProductId { get; init; }

    /// <summary>The price bands, at least one; the lowest starts at 0.</summary>
    [MinimumItems(1)]
    public required IReadOnlyList<PricingBand> PricingBands { get; init; }

    /// <summary>UUID of the counter that is priced.</summary>
    [Characters(1, int.MaxValue)]
    public required string CounterId { get; init; }

    /// <summary>
    /// True, the default, when the running total is billed at the start of each billing period; false at its end.
    /// </summary>
    public bool? RunningTotalBillInAdvance { get; init; }

    /// <summary>
    /// True, the default, when the running total of a part period is charged by its days; false in full.
    /// </summary>
    public bool? ProRateRunningTotal { get; init; }

    /// <summary>True, the default, when an increase is charged by the days left of its period; false in full.</summary>
    public bool? ProRateAdjustmentDebit { get; init; }

    /// <summary>True, the default, when a decrease is credited by the days left of its period; false in full.</summary>
    public bool? ProRateAdjustmentCredit { get; init; }
}
