using NodaTime;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Aggregations;
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
/// <param name="QuantityPerUnit">Quantity per unit.</param>
/// <param name="Rounding">How the number of units is rounded.</param>
/// <param name="Cumulative">Whether each band prices its own units.</param>
/// <param name="Bands">The bands.</param>
public sealed record BilledPrice(
    string AccountPlan, string PricingId, Instant Start, Instant End, decimal QuantityPerUnit, Rounding Rounding,
    bool Cumulative, IReadOnlyList<BilledBand> Bands)
{
    /// <summary>The terms of the usage that a bill prices, without credits and tiers that span the plan.</summary>
    internal static IReadOnlyList<BilledPrice> Of(IEnumerable<PricedWindow> priced) =>
    [
        .. priced.Where(one => one.Terms.Pricing is { TiersSpanPlan: not true, Type: null or PricingType.Debit })
            .Select(one => new BilledPrice(
                one.Plan.Terms.Key, one.Terms.Pricing.Id, one.Window.Start, one.Window.End,
                one.Terms.Aggregation.QuantityPerUnit, one.Terms.Aggregation.Rounding, one.Terms.Pricing.Cumulative,
                [
                    .. one.Terms.Pricing.PricingBands.Select(band => new BilledBand(
                        band.LowerLimit, band.FixedPrice, band.UnitPrice)),
                ])),
    ];

    /// <summary>
    /// The window as it was priced; null if the account plan or the pricing no longer exists, or if the units of a
    /// compound aggregation have changed.
    /// </summary>
    internal PricedWindow? In(IEnumerable<DuePlan> plans)
    {
        var plan = plans.FirstOrDefault(one => one.Terms.Key == AccountPlan);
        var terms = plan?.Terms.Pricings.FirstOrDefault(one => one.Pricing.Id == PricingId);
        var quantity = terms?.Quantity.With(QuantityPerUnit, Rounding);
        return terms is null || quantity!.Aggregation.QuantityPerUnit != QuantityPerUnit
            || quantity.Aggregation.Rounding != Rounding
            ? null
            : new PricedWindow(
                plan!,
                terms with
                {
                    Pricing = terms.Pricing with
                    {
                        Cumulative = Cumulative,
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
                    Quantity = quantity,
                },
                new Window(Start, End));
    }
}

/// <summary>A band of a price as it was billed.</summary>
/// <param name="LowerLimit">Number of units above which the band applies.</param>
/// <param name="FixedPrice">Amount charged for reaching the band.</param>
/// <param name="UnitPrice">Price of one unit.</param>
public sealed record BilledBand(decimal LowerLimit, decimal FixedPrice, decimal UnitPrice);
