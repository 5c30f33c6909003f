using NodaTime;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.Calendar;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calculation.Terms;

/// <summary>
/// Refuses bills with faulty terms, naming the fault, before amounts are calculated: such a bill would be silently
/// incorrect. Only terms in effect in the period of the bill count.
/// </summary>
internal static class CheckTerms
{
    /// <summary>
    /// Number of days to look back. An account plan without bill dates causes bills to be refused until this long after
    /// its end. An item with a date of its own that is on no bill is billed by runs without a bill date for this long.
    /// </summary>
    internal const int DaysLookedBack = 366;

    /// <summary>Checks all terms of the bill.</summary>
    /// <exception cref="BillRefusedException">
    /// A term is faulty; the message names the first one found.
    /// </exception>
    public static void In(
        BillInput input, BillSettings settings, IReadOnlyList<PricedWindow> priced)
    {
        var account = $"Account {input.Terms.Account.Code}";
        WithoutBillDates(settings, input.Terms, input.Run.BillDate);
        foreach (var (plan, pricing, _) in priced)
            CheckSegment($"{account}, plan {plan.Terms.Plan.Code}, pricing {pricing.Pricing.Id}", pricing);
    }

    /// <summary>
    /// Checks for account plans that have no regular bill dates: those with a frequency without periods, and those of a
    /// plan group that has charges but no plans.
    /// </summary>
    /// <exception cref="BillRefusedException">There is one that is active around the bill date.</exception>
    public static void WithoutBillDates(BillSettings settings, AccountTerms terms, LocalDate billDate)
    {
        var around = new Window(
            LocalDay.Start(billDate.PlusDays(-DaysLookedBack), settings.Zone),
            LocalDay.Start(billDate.PlusDays(1), settings.Zone));
        var account = $"Account {settings.Account.Code}";
        foreach (var (attached, group, _) in terms.GroupPlans.Where(group => group.LeadPlanId is null
            && group.HasCharges && IsActive(group.AccountPlan, around)))
        {
            throw new BillRefusedException(
                $"{account}, account plan {attached.Id}: the plan group '{group.Name}' has charges but no plans, so it "
                + "has no bill frequency. Add a plan to it.");
        }
        foreach (var plan in terms.BilledPlans.Where(plan => IsActive(plan.AccountPlan, around)))
        {
            var frequency = plan.Template.BillFrequency;
            if (!BillingCycle.IsRegular(frequency))
                throw new BillRefusedException(
                    $"{account}, plan {plan.Plan.Code}: the billFrequency {JsonFormat.Name(frequency)} has no bill "
                    + "dates.");
        }
    }

    private static bool IsActive(AccountPlan plan, Window around) =>
        !around.Intersect(plan.StartDate, plan.EndDate).IsEmpty;

    private static void CheckSegment(string where, PricingTerms terms)
    {
        var (pricing, segments) = (terms.Pricing, terms.Quantity.Segments);
        var isSegmented = segments is { Count: > 0 };
        if (!isSegmented && pricing.Segment is { Count: > 0 })
            throw new BillRefusedException($"{where}: it prices a segment, but its aggregation has none.");
        if (isSegmented
            && (pricing.Segment is null || SegmentText.IndexIn(segments!, pricing.Segment) is null))
            throw new BillRefusedException($"{where}: its segment is not a segment of its aggregation.");
    }
}
