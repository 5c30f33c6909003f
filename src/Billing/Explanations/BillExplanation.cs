using System.Text.Json;
using System.Text.Json.Serialization;
using NodaTime;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation.Lines;
using Tallystick.Billing.Calculation.Present;
using Tallystick.Billing.Contracts;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Explanations;

/// <summary>
/// Why a bill is what it is: from the total down to the aggregated values and the number of measurements behind them.
/// Contains everything that is needed to recompute its arithmetic.
/// </summary>
public sealed record BillExplanation
{
    /// <summary>UUID of the bill.</summary>
    public required string BillId { get; init; }

    /// <summary>Version of the bill that is explained.</summary>
    public required long Version { get; init; }

    /// <summary>Code of the account.</summary>
    public required string AccountCode { get; init; }

    /// <summary>The bill date.</summary>
    public required LocalDate BillDate { get; init; }

    /// <summary>First day of the period billed in arrears.</summary>
    public required LocalDate StartDate { get; init; }

    /// <summary>Day after the last day of that period.</summary>
    public required LocalDate EndDate { get; init; }

    /// <summary>Time zone that determines when its days begin.</summary>
    public required string Timezone { get; init; }

    /// <summary>Code of the billing currency.</summary>
    public required string Currency { get; init; }

    /// <summary>How amounts are rounded, by currency code.</summary>
    public required IReadOnlyDictionary<string, AmountRounding> Currencies { get; init; }

    /// <summary>The lines, in the order of the bill.</summary>
    public required IReadOnlyList<LineExplanation> Lines { get; init; }

    /// <summary>The total: the sum of the converted subtotals.</summary>
    public required decimal BillTotal { get; init; }

    /// <summary>
    /// What the explanation as text calls accounts, commitments and balances, by UUID. Not part of the JSON form.
    /// </summary>
    [JsonIgnore]
    public IReadOnlyDictionary<string, string> Names { get; init; } = new Dictionary<string, string>();

    /// <summary>Combines a bill with the derivation stored with it.</summary>
    /// <param name="bill">The bill.</param>
    /// <param name="derivation">How its amounts were calculated.</param>
    /// <param name="explain">Explains an aggregated value.</param>
    public static BillExplanation Of(
        Bill bill, BillDerivation derivation, Func<MeasuredValue, ValueExplanation> explain)
    {
        var derived = derivation.Lines.ToDictionary(line => line.Id, StringComparer.Ordinal);
        return new BillExplanation
        {
            BillId = bill.Id,
            Version = bill.Version,
            AccountCode = bill.AccountCode,
            BillDate = bill.BillDate,
            StartDate = bill.StartDate,
            EndDate = bill.EndDate,
            Timezone = bill.Timezone,
            Currency = bill.Currency,
            Currencies = derivation.Currencies,
            Lines =
            [
                .. (bill.LineItems ?? []).Select(line => derived.GetValueOrDefault(line.Id ?? "") is { } found
                    ? new LineExplanation
                    {
                        Line = line,
                        Amount = found.Amount,
                        Derivation = found.Derivation,
                        Measured = found.Derivation.Measured is { Count: > 0 } measured
                            ? [.. measured.Select(explain)] : null,
                    }
                    : new LineExplanation { Line = line }),
            ],
            BillTotal = bill.BillTotal ?? 0,
        };
    }

    /// <summary>The form returned by the API.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, BillingJson.Format.BillExplanation);
}

/// <summary>Why a line of a bill is what it is.</summary>
public sealed record LineExplanation
{
    /// <summary>The line as it is on the bill.</summary>
    public required BillLineItem Line { get; init; }

    /// <summary>
    /// The exact amount before rounding, as decimal text or as a fraction such as `40/3`. Absent for lines that people
    /// have added to the bill.
    /// </summary>
    public Fraction? Amount { get; init; }

    /// <summary>How the amount was calculated. The members depend on `kind`.</summary>
    public Derivation? Derivation { get; init; }

    /// <summary>The aggregated values that the line results from; absent if it does not result from usage.</summary>
    public IReadOnlyList<ValueExplanation>? Measured { get; init; }
}

/// <summary>An aggregated value, and what the measurements behind it are now.</summary>
public sealed record ValueExplanation
{
    /// <summary>UUID of the account whose measurements were aggregated.</summary>
    public required string AccountId { get; init; }

    /// <summary>UUID of the aggregation.</summary>
    public required string AggregationId { get; init; }

    /// <summary>Name of the aggregation; absent if it no longer exists.</summary>
    public string? AggregationName { get; init; }

    /// <summary>Code of the meter; absent if it no longer exists.</summary>
    public string? MeterCode { get; init; }

    /// <summary>Code of the aggregated field.</summary>
    public string? Field { get; init; }

    /// <summary>How the values of the field are combined.</summary>
    public string? Method { get; init; }

    /// <summary>The segment; absent for all measurements.</summary>
    public IReadOnlyDictionary<string, string>? Segment { get; init; }

    /// <summary>Start of the window, inclusive.</summary>
    public required Instant Start { get; init; }

    /// <summary>End of the window, exclusive.</summary>
    public required Instant End { get; init; }

    /// <summary>Further measurements aggregated with those, in a hierarchy; absent for a single account.</summary>
    public IReadOnlyList<MeasuredPeriod>? Further { get; init; }

    /// <summary>The usage filters of the contract; absent for all usage.</summary>
    public IReadOnlyList<UsageFilter>? Filters { get; init; }

    /// <summary>The value that was billed; absent if there was nothing to aggregate.</summary>
    public decimal? Value { get; init; }

    /// <summary>
    /// Number of measurements that have the field and are in the window and segment now. Absent for `CUSTOM_SQL` and
    /// for aggregations that no longer exist.
    /// </summary>
    public long? Measurements { get; init; }

    /// <summary>
    /// The value of the same aggregation now. It differs from `value` if usage arrived after the calculation, or if the
    /// aggregation has changed.
    /// </summary>
    public decimal? ValueNow { get; init; }
}

/// <summary>Measurements of one account in one period.</summary>
public sealed record MeasuredPeriod
{
    /// <summary>UUID of the account.</summary>
    public required string AccountId { get; init; }

    /// <summary>Start of the period, inclusive.</summary>
    public required Instant Start { get; init; }

    /// <summary>End of the period, exclusive.</summary>
    public required Instant End { get; init; }
}
