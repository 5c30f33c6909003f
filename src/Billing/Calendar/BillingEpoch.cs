using NodaTime;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.Organizations;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calendar;

/// <summary>Determines the date from which billing periods are counted.</summary>
internal static class BillingEpoch
{
    /// <summary>
    /// The first one defined: <c>billEpoch</c> of the account plan, <c>billEpoch</c> of the account, the organization's
    /// epoch for the frequency. Epochs of a bill job replace those of the organization, so those of the account plan
    /// and account take precedence over them.
    /// </summary>
    public static LocalDate Of(
        AccountPlan accountPlan, Account account, OrganizationConfig organization, BillingFrequency frequency) =>
        accountPlan.BillEpoch ?? account.BillEpoch ?? OfFrequency(organization, frequency);

    /// <summary>The organization's epoch for a frequency.</summary>
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
