using System.Globalization;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Calendar;

namespace Tallystick.Billing.Calculation;

/// <summary>Creates standing charge lines: the full amount times the active share of the nominal period.</summary>
internal static class ChargeStanding
{
    /// <summary>One line for each period for which a standing charge is due.</summary>
    public static IEnumerable<DraftLine> For(IEnumerable<DuePlan> plans) =>
        plans.SelectMany(plan => plan.Standing.Select(period => LineOf(plan.Terms, period)));

    private static DraftLine LineOf(AccountPlanTerms terms, ServicePeriod period)
    {
        var amount = StandingPeriods.Amount(terms);
        return new DraftLine
        {
            Type = LineItemType.StandingCharge,
            Terms = terms,
            ServicePeriod = period.Window,
            Amount = period.Proration.Factor * amount,
            Description = Descriptions.OfStandingCharge(terms),
            AccountingProductId = terms.Plan.StandingChargeAccountingProductId ?? terms.Product.Id,
            Additional = Explain(amount, period.Proration),
        };
    }

    /// <summary>
    /// The amount of a whole period and the active and nominal days. If a line covers nominal periods of different
    /// lengths, the second length has <c>daysActive2</c> and <c>daysInPeriod2</c>, and so on.
    /// </summary>
    private static SortedDictionary<string, decimal> Explain(decimal amount, Proration proration)
    {
        var facts = new SortedDictionary<string, decimal>(StringComparer.Ordinal) { ["amount"] = amount };
        for (var index = 0; index < proration.Parts.Count; index++)
        {
            var suffix = index == 0 ? "" : (index + 1).ToString(CultureInfo.InvariantCulture);
            facts["daysActive" + suffix] = proration.Parts[index].DaysActive.ToDecimal();
            facts["daysInPeriod" + suffix] = proration.Parts[index].DaysInPeriod;
        }
        return facts;
    }
}
