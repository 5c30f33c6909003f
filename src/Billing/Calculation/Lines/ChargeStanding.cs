using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Billing.Calendar;

namespace Tallystick.Billing.Calculation.Lines;

/// <summary>Creates standing charge lines: the full amount times the active share of the nominal period.</summary>
internal static class ChargeStanding
{
    /// <summary>One line for each period for which a standing charge is due.</summary>
    public static IEnumerable<Line> For(IEnumerable<DuePlan> plans) =>
        plans.SelectMany(plan => plan.Standing.Select(period => LineOf(plan.Terms, period)));

    private static Line LineOf(AccountPlanTerms terms, ServicePeriod period)
    {
        var amount = StandingPeriods.Amount(terms);
        return new Line
        {
            Type = LineItemType.StandingCharge,
            Source = LineSource.Of(terms),
            ServicePeriod = period.Window,
            Amount = period.Proration.Factor * amount,
            Description = Descriptions.OfStandingCharge(terms),
            AccountingProductId = terms.Plan.StandingChargeAccountingProductId ?? terms.Product.Id,
            Derivation = ProratedAmount.Of(amount, period.Proration),
        };
    }
}
