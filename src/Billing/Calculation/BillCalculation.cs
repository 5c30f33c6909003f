using Tallystick.Billing.Calendar;
using Tallystick.Metering.Products;

namespace Tallystick.Billing.Calculation;

/// <summary>
/// Calculates the bill of an account for a bill date, frequency and interval: first determine the usage it needs, then
/// calculate. Pure: the same input always gives the same bill, byte for byte.
/// </summary>
public static class BillCalculation
{
    /// <summary>UUID of the bill of an account in a run. Deterministic.</summary>
    public static string IdOf(string organizationId, string accountId, BillRun run) =>
        ContentId.OfBill(organizationId, accountId, run);

    /// <summary>What must be aggregated for the bill, in a fixed order.</summary>
    /// <exception cref="BillRefusedException">The terms ask for something that is not billed yet.</exception>
    public static IReadOnlyList<UsageNeed> Needs(BillInput input) => Limits.Within(input.Account, () =>
    {
        var (settings, _, priced) = Resolve(input);
        return new MeasureUsage(input.Account, settings.Zone).Needs(priced);
    });

    /// <summary>The bill, given the answer to every need of <see cref="Needs"/> for the same input.</summary>
    /// <exception cref="BillRefusedException">The bill would be wrong; the message says why.</exception>
    /// <exception cref="ArgumentException">A need was not answered.</exception>
    public static CalculatedBill Calculate(BillInput input, IReadOnlyList<UsageResult> usage) =>
        Limits.Within(input.Account, () =>
        {
            var (settings, plans, priced) = Resolve(input);
            var amounts = new ConvertAmounts(settings, input.Currencies); // rates and places of the currencies
            var lines = Limits.OfAmounts(input.Account, () =>
            {
                var measured = new MeasureUsage(input.Account, settings.Zone)
                    .For(priced, usage);                                       // quantity of each priced stretch
                var charges = RateUsage.By(input.Account, measured);           // quantity to exact amount
                var standing = ChargeStanding.For(plans);                      // recurring amounts, prorated
                var ordered = OrderLines.Of([.. standing, .. charges]);        // before numbering
                return RounderFor(input, amounts).Once(ordered);               // rounding after all arithmetic, once
            });
            return AssembleBill.From(input, settings, plans, amounts, lines);
        });

    /// <summary>The stages common to both. Unbilled terms are refused before any usage is read.</summary>
    private static (BillSettings Settings, IReadOnlyList<DuePlan> Plans, IReadOnlyList<PricedWindow> Priced) Resolve(
        BillInput input)
    {
        if (!BillingCycle.IsRegular(input.Run.Frequency) || input.Run.Interval < 1)
            throw new ArgumentException("Bills have a regular frequency and an interval of 1 or more.", nameof(input));
        var settings = ResolveSettings.For(input.Account, input.Organization, input.Run.Overrides);
        if (input.Run.IsRecalculation)
            FindDuePlans.RefuseLostBoundaries(input, settings);     // a recalculated bill is not emptied
        var plans = FindDuePlans.For(input, settings);              // which account plans share the bill, and when
        var priced = ResolvePricings.Over(input.Account, plans);    // which pricing holds when
        RefuseUnbilledTerms.In(input, settings, plans, priced);     // nothing is left out in silence
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
