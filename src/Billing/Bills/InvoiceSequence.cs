using System.Globalization;
using System.Text.Json;
using Tallystick.Billing.Organizations;

namespace Tallystick.Billing.Bills;

/// <summary>
/// The sequential invoice numbers of an organization: where they started and the last one given. Each bill gets the
/// next number when it is first made and keeps it; a number is never given to another bill, so a deleted bill leaves a
/// gap.
/// </summary>
/// <param name="StartNumber">The <c>sequenceStartNumber</c> counted from.</param>
/// <param name="LastNumber">The number given last.</param>
public sealed record InvoiceSequence(long StartNumber, long LastNumber)
{
    /// <summary>
    /// The sequence after one more number. It counts from <c>sequenceStartNumber</c>, 0 when absent, and anew once that
    /// has changed.
    /// </summary>
    /// <param name="current">The sequence so far; null before the first number.</param>
    /// <param name="organization">The organization's settings.</param>
    /// <returns>Null when the organization has no <c>billPrefix</c>: then its bills have no number.</returns>
    public static InvoiceSequence? Next(InvoiceSequence? current, OrganizationConfig organization)
    {
        if (string.IsNullOrEmpty(organization.BillPrefix))
            return null;
        var start = organization.SequenceStartNumber ?? 0;
        var last = current?.StartNumber == start ? current.LastNumber : start;
        return new InvoiceSequence(start, last + 1);
    }

    /// <summary>The last number as it stands on the bill: <c>INVOICE-101</c>.</summary>
    public string Text(OrganizationConfig organization) =>
        organization.BillPrefix + LastNumber.ToString(CultureInfo.InvariantCulture);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    public static InvoiceSequence FromJson(ReadOnlySpan<byte> utf8) =>
        JsonSerializer.Deserialize(utf8, BillingJson.Format.InvoiceSequence)!;

    /// <summary>As a stored document.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, BillingJson.Format.InvoiceSequence);
}
