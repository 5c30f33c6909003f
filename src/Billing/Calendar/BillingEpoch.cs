using NodaTime;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.Organizations;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calendar;

/// <summary>Which date billing periods are counted from.</summary>
internal static class BillingEpoch
{
    /// <summary>
    /// The first that is defined: <c>billEpoch</c> of the account plan, <c>billEpoch</c> of the account, the epoch of
    /// the frequency. A bill job's epochs replace the organization's, so account and account plan still win over them.
    /// </summary>
    public static LocalDate Of(
        AccountPlan accountPlan, Account account, OrganizationConfig organization, BillingFrequency frequency) =>
        accountPlan.BillEpoch ?? account.BillEpoch ?? OfFrequency(organization, frequency);

    /// <summary>The epoch of the organization for a frequency.</summary>
    internal static LocalDate OfFrequency(OrganizationConfig config, BillingFrequency frequency) => frequency switch
    {
        BillingFrequency.Daily => config.DayEpoch,
        BillingFrequency.Weekly => config.WeekEpoch,
        BillingFrequency.Monthly => config.MonthEpoch,
        BillingFrequency.Annually => config.YearEpoch,
        BillingFrequency.AdHoc or BillingFrequency.Mixed =>
            throw new InvalidOperationException($"The frequency {frequency} has no epoch."),
    };
}
