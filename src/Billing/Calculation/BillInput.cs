using NodaTime;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.CounterAdjustments;
using Tallystick.Billing.Organizations;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.CompoundAggregations;
using Tallystick.Metering.Meters;
using Tallystick.Metering.Products;
using Tallystick.Pricing.CounterPricings;
using Tallystick.Pricing.Currencies;
using Tallystick.Pricing.Plans;
using Tallystick.Pricing.Pricings;

namespace Tallystick.Billing.Calculation;

/// <summary>The input of a bill, except usage. The order of lists does not matter.</summary>
public sealed record BillInput
{
    /// <summary>UUID of the organization.</summary>
    public required string OrganizationId { get; init; }

    /// <summary>The account billed.</summary>
    public required Account Account { get; init; }

    /// <summary>True when other accounts have this one as their parent.</summary>
    public bool HasChildAccounts { get; init; }

    /// <summary>The organization's settings.</summary>
    public required OrganizationConfig Organization { get; init; }

    /// <summary>Which bill to calculate, and the overrides of its job.</summary>
    public required BillRun Run { get; init; }

    /// <summary>
    /// All account plans of the account that attach a plan (not a plan group), regardless of dates and frequency.
    /// </summary>
    public required IReadOnlyList<AccountPlanTerms> Plans { get; init; }

    /// <summary>Entities of the account that this version cannot bill.</summary>
    public UnbilledEntities Unbilled { get; init; } = UnbilledEntities.None;

    /// <summary>The organization's currencies.</summary>
    public required IReadOnlyList<Currency> Currencies { get; init; }

    /// <summary>Products to which lines can be attributed for accounting; the lines show their names.</summary>
    public IReadOnlyList<Product> AccountingProducts { get; init; } = [];
}

/// <summary>Identifies a bill of an account, and how to calculate it.</summary>
public sealed record BillRun
{
    /// <summary>The bill date.</summary>
    public required LocalDate BillDate { get; init; }

    /// <summary>How often bills are created.</summary>
    public required BillingFrequency Frequency { get; init; }

    /// <summary>Length of the billing period in units of the frequency, 1 or more.</summary>
    public required int Interval { get; init; }

    /// <summary>
    /// True if the bill already exists and is recalculated with the billing cycles that it was created with.
    /// </summary>
    public bool IsRecalculation { get; init; }

    /// <summary>
    /// UUIDs of the plans that must still be due on this date, otherwise the recalculation is refused. Only for bills
    /// that were stored without their billing cycles; otherwise empty.
    /// </summary>
    public IReadOnlyList<string> BilledPlanIds { get; init; } = [];

    /// <summary>Settings of the job that override those of the organization and account.</summary>
    public RunOverrides Overrides { get; init; } = RunOverrides.None;
}

/// <summary>A plan of an account with everything that determines its charges.</summary>
/// <param name="AccountPlan">Attaches the plan to the account for a period.</param>
/// <param name="Plan">The plan.</param>
/// <param name="Template">The plan template of the plan.</param>
/// <param name="Product">The product of the plan template.</param>
/// <param name="Pricings">All pricings of the plan and of its template, regardless of dates.</param>
public sealed record AccountPlanTerms(
    AccountPlan AccountPlan,
    Plan Plan,
    PlanTemplate Template,
    Product Product,
    IReadOnlyList<PricingTerms> Pricings)
{
    /// <summary>All counter pricings of the plan and of its template, regardless of dates.</summary>
    public IReadOnlyList<CounterPricing> CounterPricings { get; init; } = [];

    /// <summary>The account's counter adjustments.</summary>
    public IReadOnlyList<CounterAdjustment> CounterAdjustments { get; init; } = [];
}

/// <summary>A pricing and the aggregation that it prices.</summary>
/// <param name="Pricing">The pricing.</param>
/// <param name="Aggregation">The aggregation priced; null for a compound aggregation.</param>
/// <param name="Meter">The meter aggregated; null for a compound aggregation.</param>
public sealed record PricingTerms(PlanPricing Pricing, Aggregation? Aggregation, Meter? Meter)
{
    /// <summary>The compound aggregation priced; null if the pricing is for a simple aggregation.</summary>
    public CompoundTerms? Compound { get; init; }

    /// <summary>The aggregation priced, simple or compound; null if it does not exist.</summary>
    internal AnyAggregation? Priced => (AnyAggregation?)Aggregation ?? Compound?.Calculation.Compound;

    /// <summary>
    /// The segments that can be priced separately; null or empty if the aggregation is not segmented.
    /// </summary>
    internal IReadOnlyList<IReadOnlyDictionary<string, string>>? Segments =>
        Compound is { } compound ? compound.Calculation.Segments : Aggregation?.Segments;

    /// <summary>Index of the priced segment in <see cref="Segments"/>; null if there are no segments.</summary>
    internal int? SegmentIndex =>
        Segments is { Count: > 0 } segments ? SegmentText.IndexIn(segments, Pricing.Segment!) : null;
}

/// <summary>A compound aggregation and the meters that its quantity is calculated from.</summary>
/// <param name="Calculation">How it is computed.</param>
/// <param name="Meters">The meters of the aggregations that it refers to, in the same order.</param>
public sealed record CompoundTerms(CompoundCalculation Calculation, IReadOnlyList<Meter> Meters);
