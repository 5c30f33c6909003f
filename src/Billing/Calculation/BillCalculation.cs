using Tallystick.Billing.Calendar;
using Tallystick.Metering.Products;

namespace Tallystick.Billing.Calculation;

/// <summary>
/// Calculates the bill of an account for a bill date, frequency and interval. Call <see cref="Needs"/> to find out
/// which usage to aggregate, then <see cref="Calculate"/>. Pure: the same input always produces the same bill, byte for
/// byte.
/// </summary>
public static class BillCalculation
{
    /// <summary>UUID of the bill of an account in a run. Deterministic.</summary>
    public static string IdOf(string organizationId, string accountId, BillRun run) =>
        ContentId.OfBill(organizationId, accountId, run);

    /// <summary>The usage that must be aggregated for the bill, in a fixed order.</summary>
    /// <exception cref="BillRefusedException">The terms include something that this version cannot bill.</exception>
    public static IReadOnlyList<UsageNeed> Needs(BillInput input) => Limits.Within(input.Account, () =>
    {
        var (settings, _, priced) = Resolve(input);
        return new MeasureUsage(input.Account, settings.Zone).Needs(priced);
    });

    /// <summary>Calculates the bill from the results of all <see cref="Needs"/> of the same input.</summary>
    /// <exception cref="BillRefusedException">The bill would be incorrect; the message states why.</exception>
    /// <exception cref="ArgumentException">The result of a need is missing.</exception>
    public static CalculatedBill Calculate(BillInput input, IReadOnlyList<UsageResult> usage) =>
        Limits.Within(input.Account, () =>
        {
            var (settings, plans, priced) = Resolve(input);
            var amounts = new ConvertAmounts(settings, input.Currencies); // exchange rates and decimal places
            var lines = Limits.OfAmounts(input.Account, () =>
            {
                var measured = new MeasureUsage(input.Account, settings.Zone)
                    .For(priced, usage);                                       // quantity per priced window
                var charges = RateUsage.By(input.Account, measured);           // exact amounts
                var standing = ChargeStanding.For(plans);                      // prorated recurring amounts
                var ordered = OrderLines.Of([.. standing, .. charges]);        // the order determines line numbers
                return RounderFor(input, amounts).Once(ordered);               // amounts are rounded only here
            });
            return AssembleBill.From(input, settings, plans, amounts, lines);
        });

    /// <summary>
    /// The stages shared by both methods. Terms that cannot be billed are refused before any usage is read.
    /// </summary>
    private static (BillSettings Settings, IReadOnlyList<DuePlan> Plans, IReadOnlyList<PricedWindow> Priced) Resolve(
        BillInput input)
    {
        if (!BillingCycle.IsRegular(input.Run.Frequency) || input.Run.Interval < 1)
            throw new ArgumentException("Bills have a regular frequency and an interval of 1 or more.", nameof(input));
        var settings = ResolveSettings.For(input.Account, input.Organization, input.Run.Overrides);
        if (input.Run.IsRecalculation)
            FindDuePlans.RefuseMovedBoundaries(input, settings);     // a recalculated bill must not lose its charges
        var plans = FindDuePlans.For(input, settings);              // the account plans on the bill and their periods
        var priced = ResolvePricings.Over(input.Account, plans);    // the pricing in effect at each time
        RefuseUnbilledTerms.In(input, settings, plans, priced);     // never omits terms silently
        return (settings, plans, priced);
    }

    private static RoundLines RounderFor(BillInput input, ConvertAmounts amounts)
    {
        var products = new Dictionary<string, Product>(StringComparer.Ordinal);
        foreach (var product in input.AccountingProducts.Concat(input.Plans.Select(plan => plan.Product)))
            products.TryAdd(product.Id, product);
        var billId = ContentId.OfBill(input.OrganizationId, input.Account.Id, input.Run);
        return new RoundLines(input.Account, billId, amounts, products);
    }
}
