using System.Text.Json;
using Tallystick.Billing.Organizations;

namespace Tallystick.Billing.Bills;

/// <summary>
/// Where the sequential invoice numbers of an organization are. Each bill gets the next number when it is first made
/// and keeps it; a number is never issued for another bill, so a deleted bill leaves a gap.
/// </summary>
/// <param name="StartNumber">The <c>sequenceStartNumber</c> counted from.</param>
/// <param name="LastNumber">The number issued last.</param>
public sealed record InvoiceSequence(long StartNumber, long LastNumber)
{
    /// <summary>
    /// Whether every number issued is kept as an <see cref="InvoiceNumber"/>; false for what an earlier version wrote.
    /// </summary>
    public bool IsRegistered { get; init; }

    /// <summary>
    /// The sequence after one more number. It counts from <c>sequenceStartNumber</c>, 0 when absent, and from another
    /// one once that has changed, but never below what was issued with the prefix.
    /// </summary>
    /// <param name="current">The sequence so far; null before the first number.</param>
    /// <param name="organization">The organization's settings.</param>
    /// <param name="highest">The highest number issued with the organization's prefix; null for none.</param>
    /// <returns>Null when the organization has no <c>billPrefix</c>: then its bills have no number.</returns>
    public static InvoiceSequence? Next(InvoiceSequence? current, OrganizationConfig organization, long? highest)
    {
        if (string.IsNullOrEmpty(organization.BillPrefix))
            return null;
        var start = organization.SequenceStartNumber;
        var last = current is null || (start is not null && start != current.StartNumber)
            ? start ?? 0 : current.LastNumber;
        var next = Math.Max(last, highest ?? long.MinValue) + 1;
        return new InvoiceSequence(start ?? current?.StartNumber ?? 0, next) { IsRegistered = true };
    }

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    public static InvoiceSequence FromJson(ReadOnlySpan<byte> utf8) =>
        JsonSerializer.Deserialize(utf8, BillingJson.Format.InvoiceSequence)!;

    /// <summary>As a stored document.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, BillingJson.Format.InvoiceSequence);
}
