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

    /// <summary>Which bill, and what its job overrides.</summary>
    public required BillRun Run { get; init; }

    /// <summary>Every account plan of the account that is for a plan, whatever its dates and frequency.</summary>
    public required IReadOnlyList<AccountPlanTerms> Plans { get; init; }

    /// <summary>What the account has that is not billed.</summary>
    public UnbilledEntities Unbilled { get; init; } = UnbilledEntities.None;

    /// <summary>The organization's currencies.</summary>
    public required IReadOnlyList<Currency> Currencies { get; init; }

    /// <summary>Products that lines may be attributed to for accounting, to name them.</summary>
    public IReadOnlyList<Product> AccountingProducts { get; init; } = [];
}

/// <summary>Which bill of an account is made.</summary>
public sealed record BillRun
{
    /// <summary>The bill date.</summary>
    public required LocalDate BillDate { get; init; }

    /// <summary>How often bills are created.</summary>
    public required BillingFrequency Frequency { get; init; }

    /// <summary>Length of the billing period in units of the frequency, 1 or more.</summary>
    public required int Interval { get; init; }

    /// <summary>True when the bill exists and is calculated again, by its own terms of time.</summary>
    public bool IsRecalculation { get; init; }

    /// <summary>
    /// UUIDs of the plans that must still be billed on this date: those of a bill that is recalculated and did not keep
    /// its cycles. Empty for none.
    /// </summary>
    public IReadOnlyList<string> BilledPlanIds { get; init; } = [];

    /// <summary>What the job sets otherwise than the organization.</summary>
    public RunOverrides Overrides { get; init; } = RunOverrides.None;
}

/// <summary>A plan that an account is on, with everything that decides its charges.</summary>
/// <param name="AccountPlan">Who is on it, and when.</param>
/// <param name="Plan">The plan.</param>
/// <param name="Template">The plan template of the plan.</param>
/// <param name="Product">The product of the plan template.</param>
/// <param name="Pricings">Every pricing of the plan and of its template, whatever its dates.</param>
public sealed record AccountPlanTerms(
    AccountPlan AccountPlan,
    Plan Plan,
    PlanTemplate Template,
    Product Product,
    IReadOnlyList<PricingTerms> Pricings)
{
    /// <summary>Every counter pricing of the plan and of its template, whatever its dates.</summary>
    public IReadOnlyList<CounterPricing> CounterPricings { get; init; } = [];

    /// <summary>How many of the counters the account has.</summary>
    public IReadOnlyList<CounterAdjustment> CounterAdjustments { get; init; } = [];
}

/// <summary>A pricing and what it prices.</summary>
/// <param name="Pricing">The pricing.</param>
/// <param name="Aggregation">The aggregation priced; null for a compound aggregation.</param>
/// <param name="Meter">The meter aggregated; null for a compound aggregation.</param>
public sealed record PricingTerms(PlanPricing Pricing, Aggregation? Aggregation, Meter? Meter)
{
    /// <summary>The compound aggregation priced; null for a simple one.</summary>
    public CompoundTerms? Compound { get; init; }

    /// <summary>What is priced, simple or compound; null when it does not exist.</summary>
    internal AnyAggregation? Priced => (AnyAggregation?)Aggregation ?? Compound?.Calculation.Compound;

    /// <summary>The segments that it can be priced by; null or empty when it has none.</summary>
    internal IReadOnlyList<IReadOnlyDictionary<string, string>>? Segments =>
        Compound is { } compound ? compound.Calculation.Segments : Aggregation?.Segments;

    /// <summary>Place of the priced segment among them; null when there are none.</summary>
    internal int? SegmentIndex =>
        Segments is { Count: > 0 } segments ? SegmentText.IndexIn(segments, Pricing.Segment!) : null;
}

/// <summary>A compound aggregation with what its quantity is made of.</summary>
/// <param name="Calculation">How it is computed.</param>
/// <param name="Meters">The meters of the aggregations that it names, in their order.</param>
public sealed record CompoundTerms(CompoundCalculation Calculation, IReadOnlyList<Meter> Meters);
