using NodaTime;
using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Pricing.Pricings;

/// <summary>
/// A pricing of the API: what one aggregation, or one segment of it, costs on a plan or plan template over a time.
/// (The type is not called Pricing because that is the name of this part of the product.)
/// </summary>
public sealed record PlanPricing : Resource
{
    /// <summary>Short code, unique among pricings.</summary>
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

    /// <summary>Text of its usage lines on bills.</summary>
    [Characters(0, 200)]
    public string? Description { get; init; }

    /// <summary>UUID of the product that its bill lines are attributed to for accounting.</summary>
    [Characters(36, 36)]
    public string? AccountingProductId { get; init; }

    /// <summary>The price bands, at least one; the lowest starts at 0.</summary>
    [MinimumItems(1)]
    public required IReadOnlyList<PricingBand> PricingBands { get; init; }

    /// <summary>UUID of the aggregation that is priced.</summary>
    [Characters(0, 36)]
    public string? AggregationId { get; init; }

    /// <summary>UUID of the compound aggregation that is priced.</summary>
    [Characters(0, 36)]
    public string? CompoundAggregationId { get; init; }

    /// <summary>Whether the usage is charged (<c>DEBIT</c>, the default) or credited.</summary>
    public PricingType? Type { get; init; }

    /// <summary>The segment that is priced, as defined on the aggregation: field code to value.</summary>
    public IReadOnlyDictionary<string, string>? Segment { get; init; }

    /// <summary>
    /// True when units are counted over the whole time on the plan; false, the default, when anew each period.
    /// </summary>
    public bool? TiersSpanPlan { get; init; }

    /// <summary>Least spend of each billing period for this pricing alone.</summary>
    [AtLeast(0)]
    public decimal? MinimumSpend { get; init; }

    /// <summary>Text of that minimum spend on bills.</summary>
    [Characters(0, 200)]
    public string? MinimumSpendDescription { get; init; }

    /// <summary>
    /// True when that minimum spend is billed at the start of its period; overrides the organization.
    /// </summary>
    public bool? MinimumSpendBillInAdvance { get; init; }

    /// <summary>Whether a simple or a compound aggregation is priced.</summary>
    [ServerSet]
    public AggregationType? AggregationType { get; init; }

    /// <summary>The segment as text, <c>field:value</c> pairs joined by commas.</summary>
    [ServerSet]
    public string? SegmentString { get; init; }

    /// <summary>Bands for usage that a commitment or balance no longer covers; only for tiered pricing.</summary>
    public IReadOnlyList<PricingBand>? OveragePricingBands { get; init; }
}

/// <summary>One price band: it holds for units above its lower limit, up to and including the next band's.</summary>
public sealed record PricingBand
{
    /// <summary>UUID of the band, given by the server where absent.</summary>
    public string? Id { get; init; }

    /// <summary>The number of units above which the band holds.</summary>
    [AtLeast(0)]
    public required decimal LowerLimit { get; init; }

    /// <summary>Amount charged once when the band is entered.</summary>
    public required decimal FixedPrice { get; init; }

    /// <summary>Amount charged for each unit.</summary>
    public required decimal UnitPrice { get; init; }

    /// <summary>Obsolete; kept and returned without effect.</summary>
    public string? CreditTypeId { get; init; }
}

/// <summary>Whether usage is charged or credited.</summary>
public enum PricingType
{
    /// <summary>Charged.</summary>
    Debit,

    /// <summary>Credited against the charges of the same product.</summary>
    ProductCredit,

    /// <summary>Credited against the whole bill.</summary>
    GlobalCredit,
}

/// <summary>The kind of aggregation that is priced.</summary>
public enum AggregationType
{
    /// <summary>An aggregation of one field.</summary>
    Simple,

    /// <summary>A calculation over aggregations.</summary>
    Compound,
}
