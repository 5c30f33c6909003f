using NodaTime;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.Calendar;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calculation.Terms;

/// <summary>
/// Refuses bills with terms that this version cannot bill, naming the term, before amounts are calculated: such a bill
/// would be silently incorrect. Only terms in effect in the period of the bill count.
/// </summary>
internal static class RefuseUnbilledTerms
{
    /// <summary>
    /// Number of days to look back. An account plan without bill dates causes bills to be refused until this long after
    /// its end. A term due on a single day causes runs without a bill date to be refused for this long.
    /// </summary>
    internal const int DaysLookedBack = 366;

    /// <summary>Checks all terms of the bill.</summary>
    /// <exception cref="BillRefusedException">
    /// A term cannot be billed; the message names the first one found.
    /// </exception>
    public static void In(
        BillInput input, BillSettings settings, IReadOnlyList<DuePlan> plans, IReadOnlyList<PricedWindow> priced)
    {
        var account = $"Account {input.Terms.Account.Code}";
        if (input.Terms.Account.ParentAccountId is not null || input.Terms.HasChildren)
            throw Unbilled(account, "accounts with a parent or children (parentAccountId)");
        if (input.Organization.ConsolidateBills == true)
            throw Unbilled(account, "consolidated bills (consolidateBills of the organization)");
        WithoutBillDates(settings, input.Terms, input.Run.BillDate);
        CheckUnbilled(account, input, settings, plans);
        foreach (var plan in plans)
            CheckPlan($"{account}, account plan {plan.Terms.AccountPlan.Id} (plan {plan.Terms.Plan.Code})", plan);
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
        foreach (var plan in terms.Plans.Where(plan => IsActive(plan.AccountPlan, around)))
        {
            var frequency = plan.Template.BillFrequency;
            if (!BillingCycle.IsRegular(frequency))
                throw Unbilled($"{account}, plan {plan.Plan.Code}", $"the billFrequency {JsonFormat.Name(frequency)}");
        }
    }

    /// <summary>
    /// Checks for terms that are due on a bill date, even if the account has no other bill on that date.
    /// </summary>
    /// <exception cref="BillRefusedException">A term is due between the first and the last date, inclusive.</exception>
    public static void DueWithin(BillSettings settings, AccountTerms terms, LocalDate first, LocalDate last)
    {
        if (FindUnbilledTerms.Of(terms, settings).FirstOrDefault(term => term.IsDueWithin(first, last))
            is { } due)
            throw Unbilled($"Account {settings.Account.Code}", due.What);
    }

    // A bill covers its arrears period and the period of its advance charges.
    private static void CheckUnbilled(
        string account, BillInput input, BillSettings settings, IReadOnlyList<DuePlan> plans)
    {
        var date = input.Run.BillDate;
        var billed = plans.Select(plan => plan.Arrears.Window).Concat(plans.Select(plan => plan.Advance)).ToList();
        foreach (var term in FindUnbilledTerms.Of(input.Terms, settings))
        {
            if (term.IsDueOn(date) || billed.Any(window => term.Affects(date, window)))
                throw Unbilled(account, term.What);
        }
    }

    private static bool IsActive(AccountPlan plan, Window around) =>
        !around.Intersect(plan.StartDate, plan.EndDate).IsEmpty;

    private static void CheckPlan(string where, DuePlan plan)
    {
        var terms = plan.Terms;
        if (terms.AccountPlan.ContractId is not null)
            throw Unbilled(where, "account plans of a contract (contractId)");
    }

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

    private static BillRefusedException Unbilled(string where, string what) =>
        new($"{where}: this version cannot bill {what} yet.");
}
