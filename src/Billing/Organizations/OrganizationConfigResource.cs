using NodaTime;
using Tallystick.Billing.BillLife;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Calendar;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.Organizations;

/// <summary>The definition of the configuration of an organization.</summary>
public static class OrganizationConfigResource
{
    private static readonly decimal[] ScheduleHours = [0, 0.25m, 0.5m, 1, 2, 3, 4, 6, 8, 12, 24];

    /// <summary>The definition.</summary>
    public static ResourceDefinition<OrganizationConfig> Definition { get; } =
        new("OrganizationConfig", "organizationconfig", () => BillingJson.Format.OrganizationConfig)
        {
            IsSingleton = true,
            Refers =
            [
                new("currency", "Currency", config => config.Currency, "code"),
                new("defaultStatementDefinitionId", "StatementDefinition",
                    config => config.DefaultStatementDefinitionId),
            ],
            Complete = (config, _, _) => ValueTask.FromResult(
                string.IsNullOrEmpty(config.DefaultStatementDefinitionId)
                    ? config with { DefaultStatementDefinitionId = null } : config),
            Check = Check,
            CheckAgainst = CheckNumbersAsync,
            AfterWrite = BillSchedules.FollowAsync,
        };

    /// <summary>The configuration of a new organization, with the contract's defaults.</summary>
    public static OrganizationConfig Default { get; } = new()
    {
        Timezone = "UTC",
        YearEpoch = new LocalDate(2022, 1, 1),
        MonthEpoch = new LocalDate(2022, 1, 1),
        WeekEpoch = new LocalDate(2022, 1, 4),
        DayEpoch = new LocalDate(2022, 1, 1),
        Currency = "USD",
        DaysBeforeBillDue = 30,
    };

    // A start below the highest issued number would either repeat numbers or be ignored.
    private static async ValueTask CheckNumbersAsync(
        OrganizationConfig config, OrganizationConfig? current, IResourceReader related, Issues issues)
    {
        if (config.SequenceStartNumber is not { } start || start == current?.SequenceStartNumber
            || string.IsNullOrEmpty(config.BillPrefix))
            return;
        var highest = (await InvoiceNumberResource.HighestAsync(related, config.BillPrefix))?.Number;
        if (start < highest)
            issues.AddConflict("issued", "sequenceStartNumber",
                $"must be at least {highest}: invoice number {InvoiceNumber.TextOf(config.BillPrefix, highest.Value)} "
                + "has been issued, and numbers are never issued twice");
    }

    private static void Check(OrganizationConfig config, Issues issues)
    {
        if (!BillingTimeZone.TryParse(config.Timezone, out _))
            issues.Add("time_zone", "timezone", BillingTimeZone.Rule);
        if (config.ScheduledBillInterval is { } interval && !ScheduleHours.Contains(interval))
            issues.Add(
                "unknown_value", "scheduledBillInterval", "must be one of 0, 0.25, 0.5, 1, 2, 3, 4, 6, 8, 12, 24");
        if (config.ScheduledBillOffset is > 0 && config.ScheduledBillInterval is not 24)
            issues.Add("not_allowed", "scheduledBillOffset", "is allowed only if scheduledBillInterval is 24");
        if (config.AutoApproveBillsGracePeriod is null != config.AutoApproveBillsGracePeriodUnit is null)
            issues.Add("needs", "autoApproveBillsGracePeriod", "must be given together with its unit");
        if (config.CreditApplicationOrder is { } order && order.Distinct().Count() < order.Count)
            issues.Add("duplicate", "creditApplicationOrder", "must not contain duplicates");
        CheckConversions(config.CurrencyConversions, issues);
    }

    /// <summary>Requires a rate for each conversion, and at most one per currency pair.</summary>
    internal static void CheckConversions(IReadOnlyList<CurrencyConversion>? conversions, Issues issues)
    {
        var pairs = new HashSet<(string, string)>();
        foreach (var (index, conversion) in (conversions ?? []).Index())
        {
            if (conversion.Multiplier is null)
                issues.Add("required", $"currencyConversions[{index}].multiplier", "is required");
            if (!pairs.Add((conversion.From, conversion.To)))
                issues.Add("duplicate", $"currencyConversions[{index}]", "duplicates the rate for the same currencies");
        }
    }
}
