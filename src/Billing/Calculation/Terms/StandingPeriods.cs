using Tallystick.Billing.Calendar;
using Tallystick.Billing.Organizations;
using Tallystick.Pricing.PlanGroups;

namespace Tallystick.Billing.Calculation.Terms;

/// <summary>
/// Determines the periods for which a bill includes a standing charge. The bills of an account plan are numbered from
/// 0. Bill i includes the charge if i is the offset plus a multiple of the interval. The charge covers as many billing
/// periods as the interval: before the bill date if billed in arrears, after it if billed in advance.
/// </summary>
internal static class StandingPeriods
{
    /// <summary>The periods in order, without empty ones. There are none if the amount is 0.</summary>
    public static IReadOnlyList<ServicePeriod> At(
        int boundary, PlanCycle periods, AccountPlanTerms terms, OrganizationConfig organization)
    {
        if (Amount(terms) == 0)
            return [];
        var interval = terms.Template.StandingChargeInterval ?? 1;
        var offset = terms.Template.StandingChargeOffset ?? 0;
        var inAdvance = IsInAdvance(terms, organization);
        var bill = boundary - (inAdvance ? periods.FirstBillInAdvance() : periods.FirstBillInArrears());
        if (bill < offset || (bill - offset) % interval != 0)
            return [];
        IEnumerable<ServicePeriod> due = (inAdvance, bill) switch
        {
            (false, _) => [periods.Before(boundary, interval)],
            // A plan that starts within a period has no bill at its start, so its first bill also covers that part.
            (true, 0) => [periods.Before(boundary, interval), periods.From(boundary, interval)],
            (true, _) => [periods.From(boundary, interval)],
        };
        return [.. due.Where(period => !period.IsEmpty)];
    }

    /// <summary>The periods of the standing charge of a plan group, which has neither interval nor offset.</summary>
    public static IReadOnlyList<ServicePeriod> At(
        BillPeriods periods, PlanGroup group, OrganizationConfig organization)
    {
        if (!(group.StandingCharge > 0))
            return [];
        var isInAdvance = group.StandingChargeBillInAdvance ?? organization.StandingChargeBillInAdvance ?? false;
        IEnumerable<ServicePeriod> due =
            isInAdvance ? periods.InAdvance(periods.Both) : [periods.InArrears(periods.Both)];
        return [.. due.Where(period => !period.IsEmpty)];
    }

    /// <summary>The plan's amount, even if it is 0, otherwise the template's.</summary>
    public static decimal Amount(AccountPlanTerms terms) => terms.Plan.StandingCharge ?? terms.Template.StandingCharge;

    /// <summary>
    /// The setting of the plan, otherwise of the template, otherwise of the organization. Default: in arrears.
    /// </summary>
    public static bool IsInAdvance(AccountPlanTerms terms, OrganizationConfig organization) =>
        terms.Plan.StandingChargeBillInAdvance
        ?? terms.Template.StandingChargeBillInAdvance
        ?? organization.StandingChargeBillInAdvance
        ?? false;
}
