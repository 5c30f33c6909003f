using NodaTime;
using Tallystick.Billing.Calculation.Present;
using Tallystick.Billing.Calculation.Usage;
using Tallystick.Foundation.Values;
using Tallystick.Pricing.Pricings;

namespace Tallystick.Billing.Calculation.Terms;

/// <summary>
/// The terms on which a bill priced some usage. Stored with the bill, so that usage that arrives after the bill was
/// locked can be priced as on the bill, even if prices have changed since.
/// </summary>
/// <param name="AccountPlan">Key of the account plan.</param>
/// <param name="PricingId">UUID of the pricing.</param>
/// <param name="Start">Start of the usage.</param>
/// <param name="End">End of the usage, exclusive.</param>
/// <param name="Cumulative">Whether each band prices its own units.</param>
/// <param name="Bands">The bands.</param>
public sealed record BilledPrice(
    string AccountPlan, string PricingId, Instant Start, Instant End, bool Cumulative, IReadOnlyList<BilledBand> Bands)
{
    /// <summary>
    /// Stands for what was measured: the accounts with their times, and the versions of the aggregations. Null on bills
    /// of earlier versions, whose late usage is only reported.
    /// </summary>
    public string? Measured { get; init; }

    /// <summary>The terms of the usage that a bill prices, without credits and tiers that span the plan.</summary>
    /// <param name="priced">The usage.</param>
    /// <param name="measure">How it was measured.</param>
    internal static IReadOnlyList<BilledPrice> Of(IEnumerable<PricedWindow> priced, MeasureUsage measure) =>
    [
        .. priced.Where(one => IsCharge(one.Terms.Pricing))
            .Select(one => new BilledPrice(
                one.Plan.Terms.Key, one.Terms.Pricing.Id, one.Window.Start, one.Window.End,
                one.Terms.Pricing.Cumulative,
                [
                    .. one.Terms.Pricing.PricingBands.Select(band => new BilledBand(
                        band.LowerLimit, band.FixedPrice, band.UnitPrice)),
                ])
            {
                Measured = MeasuredOf(one, measure),
            }),
    ];

    /// <summary>
    /// The window as it was priced; null if it can no longer be priced like that: the account plan or the pricing does
    /// not exist, the pricing is of another kind, or other accounts or another aggregation would be measured.
    /// </summary>
    internal PricedWindow? In(IEnumerable<DuePlan> plans, MeasureUsage measure)
    {
        var plan = plans.FirstOrDefault(one => one.Terms.Key == AccountPlan);
        var terms = plan?.Terms.Pricings.FirstOrDefault(one => one.Pricing.Id == PricingId);
        if (terms is null || !IsCharge(terms.Pricing) || terms.Pricing.Cumulative != Cumulative)
            return null;
        var window = PricedIn(plan!, terms);
        return Measured is not null && Measured == MeasuredOf(window, measure) ? window : null;
    }

    private static bool IsCharge(PlanPricing pricing) =>
        pricing is { TiersSpanPlan: not true, Type: null or PricingType.Debit };

    private static string MeasuredOf(PricedWindow priced, MeasureUsage measure) => ContentId.OfMeasured(
    [
        .. measure.Needs([priced]).Select(need =>
            $"{need.ScopeText} {need.Aggregation.Id} {need.Aggregation.Version} {need.SegmentIndex} {need.FilterKey}"),
        .. priced.Terms.Quantity is CompoundQuantity compound
            ? compound.Calculation.Sources.Select(source => $"{source.Id} {source.Version}") : [],
    ]);

    private PricedWindow PricedIn(DuePlan plan, PricingTerms terms) => new(
        plan,
        terms with
        {
            Pricing = terms.Pricing with
            {
                PricingBands =
                [
                    .. Bands.Select(band => new PricingBand
                    {
                        LowerLimit = band.LowerLimit,
                        FixedPrice = band.FixedPrice,
                        UnitPrice = band.UnitPrice,
                    }),
                ],
            },
        },
        new Window(Start, End));
}

/// <summary>A band of a price as it was billed.</summary>
/// <param name="LowerLimit">Number of units above which the band applies.</param>
/// <param name="FixedPrice">Amount charged for reaching the band.</param>
/// <param name="UnitPrice">Price of one unit.</param>
public sealed record BilledBand(decimal LowerLimit, decimal FixedPrice, decimal UnitPrice);
