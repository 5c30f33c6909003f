using NodaTime;
using Tallystick.Billing.Calendar;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calculation;

/// <summary>An account plan that takes part in the bill.</summary>
/// <param name="Terms">The plan and its prices.</param>
/// <param name="Arrears">The time whose usage is billed; may be empty on a first or after a last period.</param>
/// <param name="Advance">The time on the plan of the period that starts at the bill date; may be empty.</param>
/// <param name="ArrearsStart">First day of that time were the plan active throughout.</param>
/// <param name="Standing">The times that a standing charge is billed for, in order; often one, none when not
/// due.</param>
/// <param name="AsksForAdvanceMinimum">Whether a minimum spend, which is not billed yet, is due in advance.</param>
internal sealed record DuePlan(
    AccountPlanTerms Terms,
    ServicePeriod Arrears,
    Window Advance,
    LocalDate ArrearsStart,
    IReadOnlyList<ServicePeriod> Standing,
    bool AsksForAdvanceMinimum);

/// <summary>
/// Second stage: the account plans of this frequency and interval for which the bill date is a boundary of their own
/// periods, and that were active in the period that ends, or have something due in advance for one that starts.
/// </summary>
internal static class FindDuePlans
{
    /// <summary>The plans that share the bill.</summary>
    public static IReadOnlyList<DuePlan> For(BillInput input, BillSettings settings) =>
    [
        .. input.Plans
            .Where(terms => settings.KindOf(terms) == (input.Run.Frequency, input.Run.Interval))
            .Select(terms => At(terms, settings, input.Run.BillDate))
            .OfType<DuePlan>(),
    ];

    /// <summary>The part of one account plan in the bill of <paramref name="billDate"/>; null for none.</summary>
    public static DuePlan? At(AccountPlanTerms terms, BillSettings settings, LocalDate billDate)
    {
        if (!HasBoundary(terms, settings, billDate))
            return null;
        var periods = settings.CycleOf(terms);
        var index = periods.Cycle.IndexOf(billDate);
        if (!periods.HasBillAt(index))
            return null;
        var arrears = periods.Before(index, periods: 1);
        var standing = StandingPeriods.At(index, periods, terms, settings.Organization);
        var advance = periods.From(index, periods: 1).Window;
        var asksForMinimum = AdvanceMinimum.IsAsked(terms, settings.Organization, advance);
        var hasCounters = FindUnbilledTerms.Counters(terms, settings).Any(term => term.IsMetBy(billDate, advance));
        return arrears.IsEmpty && standing.Count == 0 && !asksForMinimum && !hasCounters
            ? null
            : new DuePlan(
                terms, arrears, advance, periods.NominalStartBefore(index), standing, asksForMinimum);
    }

    /// <summary>
    /// A bill that exists is not replaced by one that lost what its account plans are charged for because an epoch or
    /// a frequency has changed since.
    /// </summary>
    /// <exception cref="BillRefusedException">The bill date is no boundary any more.</exception>
    public static void RefuseLostBoundaries(BillInput input, BillSettings settings)
    {
        var date = InstantText.Write(input.Run.BillDate);
        var of = $"{JsonFormat.Name(input.Run.Frequency)} boundary on {date} (interval {input.Run.Interval})";
        var onDate = input.Plans.Where(terms =>
            settings.KindOf(terms) == (input.Run.Frequency, input.Run.Interval)
            && HasBoundary(terms, settings, input.Run.BillDate)).ToList();
        if (onDate.Count == 0)
            throw new BillRefusedException($"Account {input.Account.Code}: no account plan still has a {of}.");
        foreach (var ofPlan in input.Plans.GroupBy(terms => terms.Plan.Id))
        {
            if (input.Run.BilledPlanIds.Contains(ofPlan.Key) && !ofPlan.Any(onDate.Contains))
                throw new BillRefusedException(
                    $"Account {input.Account.Code}: no account plan of plan {ofPlan.First().Plan.Code}, which is on "
                    + $"the bill, still has a {of}.");
        }
    }

    private static bool HasBoundary(AccountPlanTerms terms, BillSettings settings, LocalDate date) =>
        BillingCycle.IsRegular(settings.KindOf(terms).Frequency) && settings.CycleOf(terms).Cycle.IsBoundary(date);
}
