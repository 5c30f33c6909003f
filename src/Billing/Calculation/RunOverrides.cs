using System.Text.Json;
using NodaTime;
using Tallystick.Billing.BillJobs;
using Tallystick.Billing.Organizations;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calculation;

/// <summary>
/// Settings of one bill job that stand in for those of organization and account. Absent ones change nothing.
/// </summary>
public sealed record RunOverrides
{
    /// <summary>Nothing overridden.</summary>
    public static RunOverrides None { get; } = new();

    /// <summary>The due date.</summary>
    public LocalDate? DueDate { get; init; }

    /// <summary>The invoice date.</summary>
    public LocalDate? ExternalInvoiceDate { get; init; }

    /// <summary>The billing currency, before account and organization.</summary>
    public string? TargetCurrency { get; init; }

    /// <summary>The rates; all of the organization's are replaced.</summary>
    public IReadOnlyList<CurrencyConversion>? CurrencyConversions { get; init; }

    /// <summary>The time zone.</summary>
    public string? Timezone { get; init; }

    /// <summary>First bill date of annual billing; epochs of account plan and account still win.</summary>
    public LocalDate? YearEpoch { get; init; }

    /// <summary>First bill date of monthly billing; epochs of account plan and account still win.</summary>
    public LocalDate? MonthEpoch { get; init; }

    /// <summary>First bill date of weekly billing; epochs of account plan and account still win.</summary>
    public LocalDate? WeekEpoch { get; init; }

    /// <summary>First bill date of daily billing; epochs of account plan and account still win.</summary>
    public LocalDate? DayEpoch { get; init; }

    /// <summary>
    /// The billing cycles of the account plans on the bill, by their UUIDs, as they were when it was calculated; null
    /// for a first calculation, and for bills of a version that did not keep them.
    /// </summary>
    public IReadOnlyDictionary<string, KeptCycle>? Cycles { get; init; }

    /// <summary>The overrides that a bill job carries.</summary>
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
    /// What a bill keeps so that a recalculation is the same run again, whatever organization, account, account plans
    /// and plan templates say by then: its currency, its time zone, the epochs and cycles of its periods as they held,
    /// and what its job set.
    /// </summary>
    /// <param name="organization">The organization's settings when the bill is calculated.</param>
    /// <param name="bill">The bill.</param>
    public RunOverrides Kept(OrganizationConfig organization, CalculatedBill bill) => this with
    {
        TargetCurrency = bill.Currency,
        // A plan that is not on the bill for the moment comes back in its former cycle.
        Cycles = new SortedDictionary<string, KeptCycle>(
            bill.Cycles.Concat(Cycles ?? new Dictionary<string, KeptCycle>())
                .DistinctBy(cycle => cycle.Key).ToDictionary(),
            StringComparer.Ordinal),
        Timezone = Timezone ?? organization.Timezone,
        YearEpoch = YearEpoch ?? organization.YearEpoch,
        MonthEpoch = MonthEpoch ?? organization.MonthEpoch,
        WeekEpoch = WeekEpoch ?? organization.WeekEpoch,
        DayEpoch = DayEpoch ?? organization.DayEpoch,
    };

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    public static RunOverrides FromJson(ReadOnlySpan<byte> utf8) =>
        JsonSerializer.Deserialize(utf8, BillingJson.Format.RunOverrides)!;

    /// <summary>As a stored document.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, BillingJson.Format.RunOverrides);

    /// <summary>The organization's settings as they hold for this run.</summary>
    internal OrganizationConfig Over(OrganizationConfig organization) => organization with
    {
        CurrencyConversions = CurrencyConversions ?? organization.CurrencyConversions,
        Timezone = Timezone ?? organization.Timezone,
        YearEpoch = YearEpoch ?? organization.YearEpoch,
        MonthEpoch = MonthEpoch ?? organization.MonthEpoch,
        WeekEpoch = WeekEpoch ?? organization.WeekEpoch,
        DayEpoch = DayEpoch ?? organization.DayEpoch,
    };
}

/// <summary>The billing cycle of an account plan, as it was when a bill was calculated.</summary>
/// <param name="Epoch">A date on which a period begins; all others are counted from it.</param>
/// <param name="Frequency">Days, weeks, months or years.</param>
/// <param name="Interval">How many of them make a period.</param>
public sealed record KeptCycle(LocalDate Epoch, BillingFrequency Frequency, int Interval);
