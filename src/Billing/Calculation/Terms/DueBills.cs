using NodaTime;
using Tallystick.Billing.Calendar;
using Tallystick.Billing.Organizations;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calculation.Terms;

/// <summary>Determines which bills are due for an account.</summary>
public static class DueBills
{
    /// <summary>
    /// The frequencies and intervals of the bills dated <paramref name="billDate"/>. An account plan is billed if the
    /// date is a boundary of its periods and it was active in the period that ends or has an advance charge for the
    /// next one. Empty if the date is not a boundary.
    /// </summary>
    /// <exception cref="BillRefusedException">The account has terms that cannot be billed.</exception>
    public static IReadOnlyList<(BillingFrequency Frequency, int Interval)> On(
        LocalDate billDate,
        OrganizationConfig organization,
        AccountTerms terms,
        RunOverrides overrides) => Limits.Within(terms.Account, () =>
    {
        var settings = ResolveSettings.For(terms.Account, organization, overrides);
        RefuseUnbilledTerms.WithoutBillDates(settings, terms, billDate);
        RefuseUnbilledTerms.DueWithin(settings, terms, billDate, billDate);
        return InOrder(terms.Plans
            .Where(plan => FindDuePlans.At(plan, settings, terms, billDate) is not null).Select(KindOf)
            .Concat(CommitmentFees.KindsOn(billDate, terms, settings)));
    });

    /// <summary>
    /// The bills of a run without a bill date. For each account plan: the bill at the end of the period that contains
    /// <paramref name="today"/>, and the latest bill dated today or earlier, which is created only if it does not
    /// exist.
    /// </summary>
    /// <exception cref="BillRefusedException">The account has terms that cannot be billed.</exception>
    public static IReadOnlyList<DueBill> Around(
        LocalDate today,
        OrganizationConfig organization,
        AccountTerms terms,
        RunOverrides overrides) => Limits.Within(terms.Account, IReadOnlyList<DueBill> () =>
    {
        var settings = ResolveSettings.For(terms.Account, organization, overrides);
        RefuseUnbilledTerms.WithoutBillDates(settings, terms, today);
        RefuseUnbilledTerms.DueWithin(
            settings, terms, today.PlusDays(-RefuseUnbilledTerms.DaysLookedBack), today);
        return
        [
            .. terms.Plans
                .Where(plan => BillingCycle.IsRegular(plan.Template.BillFrequency))
                .SelectMany(plan => Around(today, plan, terms, settings))
                .Concat(CommitmentFees.Around(today, terms, settings))
                .Distinct()
                .OrderBy(bill => bill.BillDate)
                .ThenBy(bill => bill.Frequency)
                .ThenBy(bill => bill.Interval),
        ];
    });

    private static IEnumerable<DueBill> Around(
        LocalDate today, AccountPlanTerms plan, AccountTerms terms, BillSettings settings)
    {
        var cycle = settings.CycleOf(plan);
        var current = cycle.Cycle.PeriodContaining(today);
        var (frequency, interval) = KindOf(plan);
        if (FindDuePlans.At(plan, settings, terms, current.Start) is not null)
            yield return new DueBill(current.Start, frequency, interval, OnlyIfMissing: true);
        if (FindDuePlans.At(plan, settings, terms, current.End) is not null)
            yield return new DueBill(current.End, frequency, interval, OnlyIfMissing: false);
    }

    private static (BillingFrequency Frequency, int Interval) KindOf(AccountPlanTerms terms) =>
        (terms.Template.BillFrequency, BillSettings.IntervalOf(terms.Template));

    private static IReadOnlyList<(BillingFrequency Frequency, int Interval)> InOrder(
        IEnumerable<(BillingFrequency Frequency, int Interval)> kinds) =>
        [.. kinds.Distinct().OrderBy(kind => kind.Frequency).ThenBy(kind => kind.Interval)];
}

/// <summary>A bill that is due for an account.</summary>
/// <param name="BillDate">The bill date.</param>
/// <param name="Frequency">How often bills are created.</param>
/// <param name="Interval">Length of the period in units of the frequency.</param>
/// <param name="OnlyIfMissing">True to create the bill only if it does not exist yet.</param>
public sealed record DueBill(LocalDate BillDate, BillingFrequency Frequency, int Interval, bool OnlyIfMissing);
