using System.Text.Json;
using NodaTime;
using Tallystick.Billing.BillJobs;
using Tallystick.Billing.Calculation.Present;
using Tallystick.Billing.Organizations;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calculation.Terms;

/// <summary>
/// Settings of a bill job that override those of the organization and account. Absent settings have no effect.
/// </summary>
public sealed record RunOverrides
{
    /// <summary>No overrides.</summary>
    public static RunOverrides None { get; } = new();

    /// <summary>The due date.</summary>
    public LocalDate? DueDate { get; init; }

    /// <summary>The invoice date.</summary>
    public LocalDate? ExternalInvoiceDate { get; init; }

    /// <summary>The billing currency. Overrides account and organization.</summary>
    public string? TargetCurrency { get; init; }

    /// <summary>The conversion rates. Replace all rates of the organization.</summary>
    public IReadOnlyList<CurrencyConversion>? CurrencyConversions { get; init; }

    /// <summary>The time zone.</summary>
    public string? Timezone { get; init; }

    /// <summary>First bill date of annual billing. Epochs of the account plan and account take precedence.</summary>
    public LocalDate? YearEpoch { get; init; }

    /// <summary>First bill date of monthly billing. Epochs of the account plan and account take precedence.</summary>
    public LocalDate? MonthEpoch { get; init; }

    /// <summary>First bill date of weekly billing. Epochs of the account plan and account take precedence.</summary>
    public LocalDate? WeekEpoch { get; init; }

    /// <summary>First bill date of daily billing. Epochs of the account plan and account take precedence.</summary>
    public LocalDate? DayEpoch { get; init; }

    /// <summary>Whether the bill contains everything that is due on its date. Null for a first calculation.</summary>
    public bool? ConsolidateBills { get; init; }

    /// <summary>UUID of the grouping key of the bill.</summary>
    public string? GroupingKeyId { get; init; }

    /// <summary>
    /// The billing cycles of the account plans on the bill when it was calculated, by account plan UUID; for the plans
    /// of a plan group followed by a slash and the plan UUID. Null for a first calculation, and for bills of versions
    /// that did not store cycles.
    /// </summary>
    public IReadOnlyDictionary<string, StoredCycle>? Cycles { get; init; }

    /// <summary>
    /// The prices that the bill was calculated with, for usage that arrives after it is locked. No calculation of the
    /// bill itself depends on them. Null if late usage is only reported.
    /// </summary>
    public IReadOnlyList<BilledPrice>? Prices { get; init; }

    /// <summary>The overrides of a bill job.</summary>
    public static RunOverrides Of(BillJob job) => new()
    {
        DueDate = job.DueDate,
        ExternalInvoiceDate = job.ExternalInvoiceDate,
        TargetCurrency = job.TargetCurrency,
        CurrencyConversions = job.CurrencyConversions,
        Timezone = job.Timezone,
        YearEpoch = job.YearEpoch,
        MonthEpoch = job.MonthEpoch,
        WeekEpoch = job.WeekEpoch,
        DayEpoch = job.DayEpoch,
    };

    /// <summary>
    /// The settings stored with a bill, so that a recalculation repeats the run even if the organization, account,
    /// account plans or plan templates have changed: currency, time zone, epochs, billing cycles and the overrides of
    /// its job.
    /// </summary>
    /// <param name="organization">The organization's settings at the time of the calculation.</param>
    /// <param name="bill">The bill.</param>
    public RunOverrides Kept(OrganizationConfig organization, CalculatedBill bill) => this with
    {
        TargetCurrency = bill.Currency,
        ConsolidateBills = bill.IsConsolidated,
        GroupingKeyId = bill.GroupingKeyId,
        Prices = bill.Prices,
        // Also keep the cycles of plans that are not on the bill at the moment, in case they are due again.
        Cycles = new SortedDictionary<string, StoredCycle>(
            bill.Cycles.Concat(Cycles ?? new Dictionary<string, StoredCycle>())
                .DistinctBy(cycle => cycle.Key).ToDictionary(),
            StringComparer.Ordinal),
        Timezone = bill.Timezone,
        YearEpoch = YearEpoch ?? organization.YearEpoch,
        MonthEpoch = MonthEpoch ?? organization.MonthEpoch,
        WeekEpoch = WeekEpoch ?? organization.WeekEpoch,
        DayEpoch = DayEpoch ?? organization.DayEpoch,
    };

    /// <summary>Parses the output of <see cref="ToJson"/>.</summary>
    public static RunOverrides FromJson(ReadOnlySpan<byte> utf8) =>
        JsonSerializer.Deserialize(utf8, BillingJson.Format.RunOverrides)!;

    /// <summary>The stored form.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, BillingJson.Format.RunOverrides);

    /// <summary>The organization's settings with these overrides applied.</summary>
    internal OrganizationConfig Over(OrganizationConfig organization) => organization with
    {
        CurrencyConversions = CurrencyConversions ?? organization.CurrencyConversions,
        ConsolidateBills = ConsolidateBills ?? organization.ConsolidateBills,
        Timezone = Timezone ?? organization.Timezone,
        YearEpoch = YearEpoch ?? organization.YearEpoch,
        MonthEpoch = MonthEpoch ?? organization.MonthEpoch,
        WeekEpoch = WeekEpoch ?? organization.WeekEpoch,
        DayEpoch = DayEpoch ?? organization.DayEpoch,
    };
}

/// <summary>The billing cycle of an account plan at the time when a bill was calculated.</summary>
/// <param name="Epoch">A date on which a period begins; all other periods are counted from it.</param>
/// <param name="Frequency">Days, weeks, months or years.</param>
/// <param name="Interval">Number of frequency units per period.</param>
public sealed record StoredCycle(LocalDate Epoch, BillingFrequency Frequency, int Interval);
