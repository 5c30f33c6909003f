using NodaTime;
using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Pricing.Pricings;

/// <summary>
/// The price of an aggregation, or of one of its segments, on a plan or plan template during a period.
/// </summary>
public sealed record PlanPricing : Resource
{
    /// <summary>Short code, unique among pricings.</summary>
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

    /// <summary>Description of its usage line items on bills.</summary>
    [Characters(0, 200)]
    public string? Description { get; init; }

    /// <summary>UUID of the product to which its bill line items are attributed for accounting.</summary>
    [Characters(36, 36)]
    public string? AccountingProductId { get; init; }

    /// <summary>The price bands, at least one. The lowest band starts at 0.</summary>
    [MinimumItems(1)]
    public required IReadOnlyList<PricingBand> PricingBands { get; init; }

    /// <summary>UUID of the aggregation that is priced.</summary>
    [Characters(0, 36)]
    public string? AggregationId { get; init; }

    /// <summary>UUID of the compound aggregation that is priced.</summary>
    [Characters(0, 36)]
    public string? CompoundAggregationId { get; init; }

    /// <summary>Whether usage is charged (<c>DEBIT</c>, the default) or credited.</summary>
    public PricingType? Type { get; init; }

    /// <summary>The segment that is priced, as defined on the aggregation, as field code and value.</summary>
    public IReadOnlyDictionary<string, string>? Segment { get; init; }

    /// <summary>
    /// If true, tiers count units over the whole time on the plan. If false (the default), the count restarts each
    /// period.
    /// </summary>
    public bool? TiersSpanPlan { get; init; }

    /// <summary>Minimum spend per billing period for this pricing alone.</summary>
    [AtLeast(0)]
    public decimal? MinimumSpend { get; init; }

    /// <summary>Bill line description of that minimum spend.</summary>
    [Characters(0, 200)]
    public string? MinimumSpendDescription { get; init; }

    /// <summary>Whether that minimum spend is billed at the start of its period. Overrides the organization.</summary>
    public bool? MinimumSpendBillInAdvance { get; init; }

    /// <summary>Whether the aggregation is simple or compound.</summary>
    [ServerSet]
    public AggregationType? AggregationType { get; init; }

    /// <summary>The segment as <c>field:value</c> pairs separated by commas.</summary>
    [ServerSet]
    public string? SegmentString { get; init; }

    /// <summary>Bands for usage beyond a commitment or balance. Only for tiered pricing.</summary>
    public IReadOnlyList<PricingBand>? OveragePricingBands { get; init; }
}

/// <summary>
/// A price band. It applies to units above its lower limit, up to and including the lower limit of the next band.
/// </summary>
public sealed record PricingBand
{
    /// <summary>UUID of the band. Assigned by the server if absent.</summary>
    public string? Id { get; init; }

    /// <summary>Number of units above which the band applies.</summary>
    [AtLeast(0)]
    public required decimal LowerLimit { get; init; }

    /// <summary>Amount charged once when the band is reached.</summary>
    public required decimal FixedPrice { get; init; }

    /// <summary>Amount charged for each unit.</summary>
    public required decimal UnitPrice { get; init; }

    /// <summary>Deprecated. Stored and returned but has no effect.</summary>
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
