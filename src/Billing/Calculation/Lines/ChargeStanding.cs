using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Billing.Calendar;

namespace Tallystick.Billing.Calculation.Lines;

/// <summary>Creates standing charge lines: the full amount times the active share of the nominal period.</summary>
internal static class ChargeStanding
{
    /// <summary>
    /// One line for each period for which a standing charge is due, of plans and of plan groups. Both apply.
    /// </summary>
    public static IEnumerable<Line> For(IEnumerable<DuePlan> plans) => plans.SelectMany(plan =>
        plan.Standing.Select(period => LineOf(plan.Terms, period))
            .Concat(plan.Group is { } group ? group.Standing.Select(period => LineOf(group.Terms, period)) : []));

    private static Line LineOf(AccountPlanTerms terms, ServicePeriod period) => LineOf(
        LineSource.Of(terms),
        StandingPeriods.Amount(terms),
        period,
        Descriptions.OfStandingCharge(terms),
        terms.Plan.StandingChargeAccountingProductId ?? terms.Product.Id);

    private static Line LineOf(GroupPlanTerms terms, ServicePeriod period) => LineOf(
        LineSource.Of(terms),
        terms.Group.StandingCharge ?? 0,
        period,
        Descriptions.OfStandingCharge(terms.Group),
        terms.Group.StandingChargeAccountingProductId);

    private static Line LineOf(
        LineSource source, decimal amount, ServicePeriod period, string description, string? accountingProductId) =>
        new()
        {
            Type = LineItemType.StandingCharge,
            Source = source,
            ServicePeriod = period.Window,
            Amount = period.Proration.Factor * amount,
            Description = description,
            AccountingProductId = accountingProductId,
            Derivation = ProratedAmount.Of(amount, period.Proration),
        };
}
