using NodaTime;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.Calendar;
using Tallystick.Billing.Organizations;
using Tallystick.Foundation.Values;
using Tallystick.Pricing.Plans;

namespace Tallystick.Billing.Calculation.Terms;

/// <summary>The settings of the whole bill. The job overrides the account, which overrides the organization.</summary>
/// <param name="Account">The account billed.</param>
/// <param name="Organization">The organization's settings with the job's overrides applied.</param>
/// <param name="Overrides">The job's overrides.</param>
/// <param name="Zone">Time zone that determines when days begin.</param>
internal sealed record BillSettings(
    Account Account, OrganizationConfig Organization, RunOverrides Overrides, DateTimeZone Zone)
{
    /// <summary>Code of the billing currency.</summary>
    public string Currency => Overrides.TargetCurrency ?? Account.Currency ?? Organization.Currency;

    /// <summary>Days from the bill date to the due date.</summary>
    public int DaysBeforeBillDue => Account.DaysBeforeBillDue ?? Organization.DaysBeforeBillDue;

    /// <summary>
    /// The billing periods of an account plan: those stored with a recalculated bill, otherwise the current ones.
    /// </summary>
    public PlanCycle CycleOf(AccountPlanTerms terms)
    {
        var (frequency, interval) = KindOf(terms);
        var epoch = KeptOf(terms)?.Epoch ?? BillingEpoch.Of(
            terms.AccountPlan, terms.Route?.Owner ?? Account, Organization, frequency);
        var active = terms.ActiveIn(Zone);
        return new PlanCycle(
            new BillingCycle(epoch, frequency, interval), active.Start,
            active.End == Instant.MaxValue ? null : active.End, Zone);
    }

    /// <summary>The frequency and interval of the bills that an account plan is on.</summary>
    public (BillingFrequency Frequency, int Interval) KindOf(AccountPlanTerms terms) => KeptOf(terms) is { } kept
        ? (kept.Frequency, kept.Interval)
        : (terms.Template.BillFrequency, IntervalOf(terms.Template));

    private StoredCycle? KeptOf(AccountPlanTerms terms) => Overrides.Cycles?.GetValueOrDefault(terms.Key);

    /// <summary>The billing interval of a template. Default: 1.</summary>
    public static int IntervalOf(PlanTemplate template) => template.BillFrequencyInterval ?? 1;
}

/// <summary>First stage: determines the settings of the bill.</summary>
internal static class ResolveSettings
{
    /// <summary>
    /// Applies the overrides and reads the time zone: that of the job, otherwise of the account, otherwise of the
    /// organization. The accounts of a hierarchy have that of the parent, because their usage can be one block.
    /// </summary>
    /// <exception cref="BillRefusedException">The time zone is unknown.</exception>
    public static BillSettings For(AccountTerms terms, OrganizationConfig organization, RunOverrides overrides)
    {
        var account = terms.Account;
        var effective = overrides.Over(organization) with
        {
            Timezone = overrides.Timezone
                ?? (terms.Family?.Parent.Account ?? account).Timezone ?? organization.Timezone,
        };
        return BillingTimeZone.TryParse(effective.Timezone, out var zone)
            ? new BillSettings(account, effective, overrides, zone)
            : throw new BillRefusedException(
                $"Account {account.Code}: unknown time zone '{effective.Timezone}'; it {BillingTimeZone.Rule}.");
    }
}
