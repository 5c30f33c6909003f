using NodaTime;
using Tallystick.Billing.Calendar;
using Tallystick.Foundation.Resources;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Organizations;

/// <summary>What is special about the configuration of an organization.</summary>
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

    private static void Check(OrganizationConfig config, Issues issues)
    {
        if (!BillingTimeZone.TryParse(config.Timezone, out _))
            issues.Add("time_zone", "timezone", BillingTimeZone.Rule);
        if (config.ScheduledBillInterval is { } interval && !ScheduleHours.Contains(interval))
            issues.Add(
                "unknown_value", "scheduledBillInterval", "must be one of 0, 0.25, 0.5, 1, 2, 3, 4, 6, 8, 12, 24");
        if (config.ScheduledBillOffset is > 0 && config.ScheduledBillInterval is not 24)
            issues.Add("not_allowed", "scheduledBillOffset", "is only for a scheduledBillInterval of 24");
        if (config.AutoApproveBillsGracePeriod is null != config.AutoApproveBillsGracePeriodUnit is null)
            issues.Add("needs", "autoApproveBillsGracePeriod", "needs its unit, and the unit needs it");
        if (config.CreditApplicationOrder is { } order && order.Distinct().Count() < order.Count)
            issues.Add("duplicate", "creditApplicationOrder", "must not name a credit twice");
        var pairs = new HashSet<(string, string)>();
        foreach (var (index, conversion) in (config.CurrencyConversions ?? []).Index())
        {
            if (!pairs.Add((conversion.From, conversion.To)))
                issues.Add("duplicate", $"currencyConversions[{index}]", "is a second rate for the same currencies");
        }
    }
}
