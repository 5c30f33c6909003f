using System.Text.Json;
using Tallystick.Billing.Organizations;

namespace Tallystick.Billing.Bills;

/// <summary>
/// The state of the sequential invoice numbers of an organization. Each bill gets the next number when it is created
/// and keeps it. A number is never reissued, so a deleted bill leaves a gap.
/// </summary>
/// <param name="StartNumber">The <c>sequenceStartNumber</c> that the sequence started from.</param>
/// <param name="LastNumber">The last number issued.</param>
public sealed record InvoiceSequence(long StartNumber, long LastNumber)
{
    /// <summary>
    /// Whether every issued number is stored as an <see cref="InvoiceNumber"/>; false if an earlier version stored the
    /// sequence.
    /// </summary>
    public bool IsRegistered { get; init; }

    /// <summary>
    /// The sequence after issuing the next number. Numbering starts after <c>sequenceStartNumber</c> (default: 0), and
    /// starts again if that setting changes, but always above the numbers already issued with the prefix.
    /// </summary>
    /// <param name="current">The current sequence; null before the first number.</param>
    /// <param name="organization">The organization's settings.</param>
    /// <param name="highest">The highest number issued with the organization's prefix; null if there is none.</param>
    /// <returns>Null if the organization has no <c>billPrefix</c>; its bills are then not numbered.</returns>
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

    /// <summary>Parses the output of <see cref="ToJson"/>.</summary>
    public static InvoiceSequence FromJson(ReadOnlySpan<byte> utf8) =>
        JsonSerializer.Deserialize(utf8, BillingJson.Format.InvoiceSequence)!;

    /// <summary>The stored form.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, BillingJson.Format.InvoiceSequence);
}
