using Tallystick.Billing.Calendar;
using Tallystick.Billing.Organizations;

namespace Tallystick.Billing.Calculation;

/// <summary>
/// For which times a bill carries a standing charge. Bills of an account plan are numbered from 0, its first; bill i
/// carries the charge when i is the offset, or any number of intervals after it. The charge is then for as many
/// billing periods as the interval has: backwards from the bill date in arrears, forwards in advance.
/// </summary>
internal static class StandingPeriods
{
    /// <summary>The times, in order, none of them empty. None at all when the amount is 0.</summary>
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
            // A plan that starts inside a period could not be billed at its start: its first bill makes up for it.
            (true, 0) => [periods.Before(boundary, interval), periods.From(boundary, interval)],
            (true, _) => [periods.From(boundary, interval)],
        };
        return [.. due.Where(period => !period.IsEmpty)];
    }

    /// <summary>The plan's amount, 0 included, else the template's.</summary>
    public static decimal Amount(AccountPlanTerms terms) => terms.Plan.StandingCharge ?? terms.Template.StandingCharge;

    /// <summary>Plan before template before organization; in arrears when none says.</summary>
    public static bool IsInAdvance(AccountPlanTerms terms, OrganizationConfig organization) =>
        terms.Plan.StandingChargeBillInAdvance
        ?? terms.Template.StandingChargeBillInAdvance
        ?? organization.StandingChargeBillInAdvance
        ?? false;
}
