using NodaTime;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.BillRuns;

/// <summary>How far back the bills of a run go.</summary>
/// <param name="FirstBill">No bill of the run has an earlier date.</param>
/// <param name="Start">No usage before it counts for any of them, unless an existing bill says so.</param>
internal sealed record RunSpan(LocalDate FirstBill, LocalDate Start)
{
    // Frequencies and epochs can have changed since; a year is the longest period without an interval.
    private const int MinDays = 366;

    /// <summary>The span of a run.</summary>
    /// <param name="catalog">The plans and prices of the run.</param>
    /// <param name="first">No bill of the run has an earlier date.</param>
    /// <param name="overrides">The settings of the job.</param>
    /// <param name="accounts">The accounts.</param>
    /// <param name="accountPlans">Their account plans.</param>
    internal static RunSpan Of(
        BillCatalog catalog, LocalDate first, RunOverrides overrides, IReadOnlyList<Account> accounts,
        IEnumerable<AccountPlan> accountPlans)
    {
        // Late usage of locked bills is measured again.
        var earliest = first.PlusDays(-(catalog.Organization.LateUsageDays ?? 0));
        var start = earliest.PlusDays(-Math.Max(MinDays, catalog.LongestPeriod) - 1);
        var plans = accountPlans.ToList();
        var organization = overrides.Over(catalog.Organization);
        LocalDate?[] epochs =
        [
            organization.YearEpoch, organization.MonthEpoch, organization.WeekEpoch, organization.DayEpoch,
            .. accounts.Select(account => account.BillEpoch), .. plans.Select(plan => plan.BillEpoch),
        ];
        // The bill of an epoch covers the whole time before it, and tiers can count from the start of the plan.
        return plans.Count > 0 && (catalog.HasSpannedTiers || epochs.Max() >= start)
            ? new RunSpan(first, LocalDate.Min(start, plans.Min(plan =>
                LocalDay.Of(plan.StartDate, DateTimeZone.Utc).PlusDays(-1))))
            : new RunSpan(first, start);
    }
}
