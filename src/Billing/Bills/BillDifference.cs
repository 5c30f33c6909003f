using System.Text.Json;
using System.Text.Json.Serialization;
using NodaTime;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Bills;

/// <summary>What differs between two calculations of a bill, line by line.</summary>
/// <param name="Currency">Code of the billing currency; that of the later bill if the currencies differ.</param>
/// <param name="TotalBefore">Total of the earlier bill; null if there was none.</param>
/// <param name="TotalAfter">Total of the later bill.</param>
/// <param name="Change">
/// The later total minus the earlier; null if a total or the difference has more than 28 digits.
/// </param>
/// <param name="Lines">The lines that differ; empty if the bills are equal.</param>
public sealed record BillDifference(
    string Currency,
    decimal? TotalBefore,
    decimal TotalAfter,
    decimal? Change,
    IReadOnlyList<LineDifference> Lines)
{
    /// <summary>True if the bills are equal in all amounts and lines.</summary>
    [JsonIgnore]
    public bool IsEmpty => Lines.Count == 0 && Change == 0;

    /// <summary>The form returned by the API.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, BillingJson.Format.BillDifference);

    /// <summary>
    /// Compares two bills. Lines correspond by id; lines whose ids differ, such as those of a price that replaces
    /// another, correspond if they charge the same thing for the same period.
    /// </summary>
    /// <param name="before">The earlier bill; null if there was none.</param>
    /// <param name="after">The later bill.</param>
    public static BillDifference Of(Bill? before, Bill after)
    {
        var lines = new List<LineDifference>();
        var left = (before?.LineItems ?? []).ToList();
        foreach (var line in after.LineItems ?? [])
        {
            var former = left.Find(one => one.Id == line.Id) ?? left.Find(one => IsSameCharge(one, line));
            if (former is not null)
                left.Remove(former);
            if (former is null || !AreEqual(former, line))
                lines.Add(LineDifference.Of(former, line));
        }
        lines.AddRange(left.Select(former => LineDifference.Of(former, null)));
        var total = after.BillTotal ?? 0;
        return new BillDifference(
            after.Currency, before?.BillTotal, total, Between(before?.BillTotal ?? 0, total), lines);
    }

    // A bill that is not stored can have amounts of 29 digits.
    internal static decimal? Between(decimal before, decimal after) =>
        ExactNumber.TryAdd(0, before, out _) && ExactNumber.TryAdd(0, after, out _)
            && ExactNumber.TryAdd(after, -before, out var change) ? change : null;

    private static bool IsSameCharge(BillLineItem one, BillLineItem other) => Key(one) == Key(other);

    private static (LineItemType, string?, string?, string?, string?, string?, string?, string?, Instant?, string) Key(
        BillLineItem line) => (
            line.LineItemType, line.ProductId, line.AggregationId, line.CompoundAggregationId, line.CounterId,
            line.CommitmentId, line.BalanceId, line.ChildAccountId, line.ServicePeriodStartDate,
            string.Join(',', (line.Segment ?? new Dictionary<string, string>())
                .OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => $"{field.Key}={field.Value}")));

    private static bool AreEqual(BillLineItem one, BillLineItem other) =>
        (one.Quantity, one.Units, one.Subtotal, one.Currency, one.ConvertedSubtotal, one.Description)
            == (other.Quantity, other.Units, other.Subtotal, other.Currency, other.ConvertedSubtotal,
                other.Description)
        && (one.ServicePeriodStartDate, one.ServicePeriodEndDate)
            == (other.ServicePeriodStartDate, other.ServicePeriodEndDate);
}

/// <summary>A line that differs between two calculations of a bill.</summary>
/// <param name="Change">Whether the line was added, removed or changed.</param>
/// <param name="LineItemType">Type of the line.</param>
/// <param name="Description">Description of the line.</param>
/// <param name="ConvertedChange">
/// The later converted subtotal minus the earlier, where a missing line counts as 0; null if one of them or the
/// difference has more than 28 digits.
/// </param>
/// <param name="Before">The line in the earlier bill; null if it was added.</param>
/// <param name="After">The line in the later bill; null if it was removed.</param>
public sealed record LineDifference(
    LineChange Change,
    LineItemType LineItemType,
    string Description,
    decimal? ConvertedChange,
    BillLineItem? Before,
    BillLineItem? After)
{
    internal static LineDifference Of(BillLineItem? before, BillLineItem? after)
    {
        var line = after ?? before!;
        var change = (before, after) switch
        {
            (null, _) => LineChange.Added,
            (_, null) => LineChange.Removed,
            _ => LineChange.Changed,
        };
        return new LineDifference(
            change, line.LineItemType, line.Description,
            BillDifference.Between(before?.ConvertedSubtotal ?? 0, after?.ConvertedSubtotal ?? 0), before, after);
    }
}

/// <summary>How a line differs.</summary>
public enum LineChange
{
    /// <summary>Only the later bill has the line.</summary>
    Added,

    /// <summary>Only the earlier bill has the line.</summary>
    Removed,

    /// <summary>Both bills have the line, with different content.</summary>
    Changed,
}
