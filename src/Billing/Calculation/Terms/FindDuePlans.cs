using NodaTime;
using Tallystick.Billing.Calendar;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calculation.Terms;

/// <summary>An account plan that is charged on the bill.</summary>
/// <param name="Terms">The plan and its prices.</param>
/// <param name="Arrears">
/// The active time billed in arrears. Can be empty for the first bill and after the end of the plan.
/// </param>
/// <param name="Advance">The active time of the period that starts on the bill date; can be empty.</param>
/// <param name="ArrearsStart">First day of the period billed in arrears, regardless of when the plan is active.</param>
/// <param name="Standing">
/// The periods for which a standing charge is billed, in order; usually one, empty if none is due.
/// </param>
/// <param name="Periods">The periods that meet on the bill date.</param>
internal sealed record DuePlan(
    AccountPlanTerms Terms,
    ServicePeriod Arrears,
    Window Advance,
    LocalDate ArrearsStart,
    IReadOnlyList<ServicePeriod> Standing,
    BillPeriods Periods)
{
    /// <summary>The plan group whose own charges are on the bills of this plan; null for most plans.</summary>
    public DueGroup? Group { get; init; }
}

/// <summary>The own charges of a plan group that are due with those of its first plan.</summary>
/// <param name="Terms">The plan group.</param>
/// <param name="Standing">The periods for which its standing charge is billed.</param>
internal sealed record DueGroup(GroupPlanTerms Terms, IReadOnlyList<ServicePeriod> Standing);

/// <summary>
/// Second stage: finds the account plans to bill. They have the frequency and interval of the bill, unless it is
/// consolidated, and its grouping key; the bill date is a boundary of their periods, and they were active in the period
/// that ends or have an advance charge for the next one.
/// </summary>
internal static class FindDuePlans
{
    /// <summary>The account plans on the bill.</summary>
    public static IReadOnlyList<DuePlan> For(BillInput input, BillSettings settings) =>
    [
        .. input.Terms.BilledPlans
            .Where(terms => HasFrequency(terms, input.Run, settings) && terms.GroupingKeyId == input.Run.GroupingKeyId)
            .Select(terms => At(terms, settings, input.Terms, input.Run.BillDate))
            .OfType<DuePlan>(),
    ];

    /// <summary>
    /// What the bill dated <paramref name="billDate"/> charges for one account plan; null if nothing.
    /// </summary>
    public static DuePlan? At(
        AccountPlanTerms terms, BillSettings settings, AccountTerms ofAccount, LocalDate billDate)
    {
        if (!HasBoundary(terms, settings, billDate) || terms.Route?.BilledDates.Contains(billDate) == true)
            return null;
        var periods = settings.CycleOf(terms);
        var index = periods.Cycle.IndexOf(billDate);
        if (!periods.HasBillAt(index))
            return null;
        var arrears = periods.Before(index, periods: 1);
        var owner = ofAccount.OwnerOf(terms);
        var hasFlatCharges = terms.Route is not { HasFlatCharges: false };
        var standing = hasFlatCharges ? StandingPeriods.At(index, periods, terms, settings.Organization) : [];
        var around = new BillPeriods(periods, index);
        var group = hasFlatCharges && owner.GroupLedBy(terms) is { } led
            ? new DueGroup(
                led with { Route = terms.Route }, StandingPeriods.At(around, led.Group, settings.Organization))
            : null;
        var isDue = RatesUsageOf(ofAccount, terms, arrears.Window, settings.Zone)
            || standing.Count > 0 || group?.Standing.Count > 0
            || (hasFlatCharges && MinimumTerms.AreDueInAdvance(
                ofAccount.Account, terms, group?.Terms.Group, around, settings.Organization))
            || (hasFlatCharges && CounterTerms.AreDueInAdvance(around, terms, owner, settings.Zone));
        return isDue
            ? new DuePlan(
                terms, arrears, periods.From(index, periods: 1).Window, periods.NominalStartBefore(index), standing,
                around)
            {
                Group = group,
            }
            : null;
    }

    /// <summary>
    /// Refuses to replace an existing bill if an epoch or frequency has changed since, so that the new bill would lack
    /// charges of its account plans.
    /// </summary>
    /// <exception cref="BillRefusedException">The bill date is no longer a boundary.</exception>
    public static void RefuseMovedBoundaries(BillInput input, BillSettings settings)
    {
        if (input.Run.Frequency == BillingFrequency.AdHoc)
            return;
        var date = InstantText.Write(input.Run.BillDate);
        var of = input.Run.IsConsolidated
            ? $"boundary on {date}"
            : $"{JsonFormat.Name(input.Run.Frequency)} boundary on {date} (interval {input.Run.Interval})";
        var plans = input.Terms.BilledPlans;
        var onDate = plans.Where(terms => HasFrequency(terms, input.Run, settings)
            && HasBoundary(terms, settings, input.Run.BillDate)).ToList();
        if (onDate.Count == 0 && !input.Run.IsConsolidated
            && !CommitmentFees.On(input.Run.BillDate, input.Terms, settings)
                .Any(bill => (bill.Frequency, bill.Interval) == (input.Run.Frequency, input.Run.Interval)))
            throw new BillRefusedException($"Account {input.Terms.Account.Code}: no account plan still has a {of}.");
        foreach (var ofPlan in plans.GroupBy(terms => terms.Plan.Id))
        {
            if (input.Run.BilledPlanIds.Contains(ofPlan.Key) && !ofPlan.Any(onDate.Contains))
                throw new BillRefusedException(
                    $"Account {input.Terms.Account.Code}: no account plan of plan {ofPlan.First().Plan.Code}, which is "
                    + $"on the bill, still has a {of}.");
        }
    }

    private static bool HasFrequency(AccountPlanTerms terms, BillRun run, BillSettings settings) =>
        run.IsConsolidated || settings.KindOf(terms) == (run.Frequency, run.Interval);

    /// <summary>
    /// Whether there can be usage to charge. A child that had a plan of its own all the time has no share of the usage
    /// that its parent's plan rates.
    /// </summary>
    private static bool RatesUsageOf(AccountTerms billed, AccountPlanTerms terms, Window arrears, DateTimeZone zone) =>
        !arrears.IsEmpty
        && (terms.Route?.Users.FirstOrDefault(user => user.Account.Id == billed.Account.Id) is not { } user
            || user.WindowsIn(arrears, zone).Any());

    private static bool HasBoundary(AccountPlanTerms terms, BillSettings settings, LocalDate date) =>
        BillingCycle.IsRegular(settings.KindOf(terms).Frequency) && settings.CycleOf(terms).Cycle.IsBoundary(date);
}
