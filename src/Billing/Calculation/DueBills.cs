using NodaTime;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.Calendar;
using Tallystick.Billing.Organizations;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calculation;

/// <summary>Which bills an account has.</summary>
public static class DueBills
{
    /// <summary>
    /// The frequencies and intervals of the bills dated <paramref name="billDate"/>: those of the account plans for
    /// which the date is a boundary of their own periods, and which were active in the period that ends or have
    /// something due in advance. A date that is no boundary has none.
    /// </summary>
    /// <exception cref="BillRefusedException">The account has something that no bill date would find.</exception>
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
    /// The bills of a run without a date: for each account plan the one that ends the period containing
    /// <paramref name="today"/>, and the latest one dated today or before, which is made only where it does not exist.
    /// </summary>
    /// <exception cref="BillRefusedException">The account has something that no bill date would find.</exception>
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

/// <summary>A bill that an account has.</summary>
/// <param name="BillDate">Its date.</param>
/// <param name="Frequency">How often bills are created.</param>
/// <param name="Interval">Length of the period in units of the frequency.</param>
/// <param name="OnlyIfMissing">True when the bill is to be made only where it does not exist yet.</param>
public sealed record DueBill(LocalDate BillDate, BillingFrequency Frequency, int Interval, bool OnlyIfMissing);
