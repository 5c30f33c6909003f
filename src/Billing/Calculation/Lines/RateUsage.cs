using Tallystick.Billing.Accounts;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation.Usage;
using Tallystick.Foundation.Values;
using Tallystick.Pricing.Pricings;
using Tallystick.Pricing.Rating;

namespace Tallystick.Billing.Calculation.Lines;

/// <summary>
/// Creates usage lines, always in arrears: one per priced window, or one per account if the usage of a hierarchy is
/// split. Each window starts at the first band, unless the tiers span the plan. Neither bands nor fixed prices are
/// prorated. A pricing that credits usage gives a negative line, which is limited later.
/// </summary>
internal static class RateUsage
{
    /// <summary>Prices the quantities.</summary>
    /// <exception cref="BillRefusedException">
    /// The bands of a pricing are invalid, or an amount is out of range.
    /// </exception>
    public static IEnumerable<Line> By(Account account, IEnumerable<MeasuredUsage> measured) =>
        measured.SelectMany(usage => usage.Shares is { } shares
            ? SplitUsage.Among(shares, LineOf(account, usage), account, usage.Priced.Plan.Terms.Route!)
            : [LineOf(account, usage)]);

    private static Line LineOf(Account account, MeasuredUsage measured)
    {
        var terms = measured.Priced.Plan.Terms;
        var pricing = measured.Priced.Terms.Pricing;
        var aggregation = measured.Priced.Terms.Aggregation;
        var rated = Rate(account, measured);
        return new Line
        {
            Type = IsCredit(pricing) ? LineItemType.UsageCredit : LineItemType.Usage,
            Source = LineSource.Of(terms),
            ServicePeriod = measured.Priced.Window,
            Amount = IsCredit(pricing) ? Fraction.Zero - rated.Amount : rated.Amount,
            Description = Descriptions.OfUsage(measured.Priced.Terms),
            AccountingProductId =
                pricing.AccountingProductId ?? aggregation.AccountingProductId ?? terms.Product.Id,
            Item = PricedItem.Of(measured.Priced.Terms),
            Rated = rated,
            Derivation = new RatedQuantity(
                [.. measured.Parts.Select(ValueOf)],
                measured.Quantity,
                aggregation.QuantityPerUnit,
                aggregation.Rounding,
                pricing.Cumulative)
            {
                Before = measured.Before.Count == 0 ? null : [.. measured.Before.Select(EarlierOf)],
            },
        };
    }

    private static bool IsCredit(PlanPricing pricing) =>
        pricing.Type is PricingType.ProductCredit or PricingType.GlobalCredit;

    private static EarlierUnits EarlierOf(MeasuredUsage measured) => new(
        [.. measured.Parts.Select(ValueOf)], measured.Priced.Window, measured.Quantity, UnitsOf(measured));

    private static Fraction UnitsOf(MeasuredUsage measured)
    {
        var aggregation = measured.Priced.Terms.Aggregation;
        return UsageRating.Units(measured.Quantity, aggregation.QuantityPerUnit, aggregation.Rounding);
    }

    // Nothing measured before is not the same as zero units: those have paid the fixed price of the first band.
    private static Fraction? PositionOf(MeasuredUsage measured) => measured.Before.Count == 0
        ? null
        : measured.Before.Aggregate(Fraction.Zero, (sum, earlier) => sum + UnitsOf(earlier));

    /// <summary>A measured value, as it is stored with the bill.</summary>
    public static MeasuredValue ValueOf(UsageResult part) => new(
        part.Need.AccountId, part.Need.Aggregation.Id, part.Need.SegmentIndex, part.Need.Window, part.Value,
        part.Need.Aggregation.DefaultValue)
    {
        Further = part.Need.Further,
        Filters = part.Need.Filters,
    };

    private static RatedUsage Rate(Account account, MeasuredUsage measured)
    {
        var plan = measured.Priced.Plan.Terms.Plan;
        var pricing = measured.Priced.Terms.Pricing;
        var aggregation = measured.Priced.Terms.Aggregation;
        try
        {
            return UsageRating.Rate(
                measured.Quantity,
                aggregation.QuantityPerUnit,
                aggregation.Rounding,
                pricing.PricingBands,
                pricing.Cumulative,
                PositionOf(measured));
        }
        catch (CalculationException fault)
        {
            throw new BillRefusedException(
                $"Account {account.Code}, plan {plan.Code}, pricing {pricing.Id}: {fault.Message}.", fault);
        }
    }
}
