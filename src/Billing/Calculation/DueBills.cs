using NodaTime;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.Calendar;
using Tallystick.Billing.Organizations;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calculation;

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
        Account account,
        IReadOnlyList<AccountPlanTerms> plans,
        UnbilledEntities unbilled,
        RunOverrides overrides) => Limits.Within(account, () =>
    {
        var settings = ResolveSettings.For(account, organization, overrides);
        RefuseUnbilledTerms.WithoutBillDates(settings, plans, unbilled, billDate);
        RefuseUnbilledTerms.DueWithin(settings, plans, unbilled, billDate, billDate);
        return InOrder(plans.Where(terms => FindDuePlans.At(terms, settings, billDate) is not null).Select(KindOf));
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
        Account account,
        IReadOnlyList<AccountPlanTerms> plans,
        UnbilledEntities unbilled,
        RunOverrides overrides) => Limits.Within(account, IReadOnlyList<DueBill> () =>
    {
        var settings = ResolveSettings.For(account, organization, overrides);
        RefuseUnbilledTerms.WithoutBillDates(settings, plans, unbilled, today);
        RefuseUnbilledTerms.DueWithin(
            settings, plans, unbilled, today.PlusDays(-RefuseUnbilledTerms.DaysLookedBack), today);
        return
        [
            .. plans
                .Where(terms => BillingCycle.IsRegular(terms.Template.BillFrequency))
                .SelectMany(terms => Around(today, terms, settings))
                .Distinct()
                .OrderBy(bill => bill.BillDate)
                .ThenBy(bill => bill.Frequency)
                .ThenBy(bill => bill.Interval),
        ];
    });

    private static IEnumerable<DueBill> Around(LocalDate today, AccountPlanTerms terms, BillSettings settings)
    {
        var cycle = settings.CycleOf(terms);
        var current = cycle.Cycle.PeriodContaining(today);
        var (frequency, interval) = KindOf(terms);
        if (FindDuePlans.At(terms, settings, current.Start) is not null)
            yield return new DueBill(current.Start, frequency, interval, OnlyIfMissing: true);
        if (FindDuePlans.At(terms, settings, current.End) is not null)
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
