using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Tallystick.Billing.Calculation.Lines;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calculation.Present;

/// <summary>
/// Derives ids from content, so that calculating a bill twice gives the same ids. They are version 8 UUIDs (RFC 9562)
/// made from a SHA-256 hash.
/// </summary>
internal static class ContentId
{
    /// <summary>
    /// Id of the bill of an account for a bill date, frequency, interval and grouping key. A consolidated bill has one
    /// id whatever frequencies meet on it.
    /// </summary>
    public static string OfBill(string organizationId, string accountId, BillRun run)
    {
        string[] always =
        [
            "bill",
            organizationId,
            accountId,
            InstantText.Write(run.BillDate),
            JsonFormat.Name(run.Frequency),
            run.Interval.ToString(CultureInfo.InvariantCulture),
        ];
        return From(run.GroupingKeyId is { } key ? [.. always, key] : always);
    }

    /// <summary>
    /// Id of a line, derived from its type, source, pricing and start; and, where those are not unique, from the part
    /// of the source, the child account and the discriminator.
    /// </summary>
    public static string OfLine(string billId, Line line)
    {
        string[] always =
        [
            "line",
            billId,
            JsonFormat.Name(line.Type),
            line.Source.EntityId,
            line.Item?.PricingId ?? "",
            InstantText.Write(line.ServicePeriod.Start),
        ];
        string[] further = [line.Source.EntityPart, line.Source.Child?.Id ?? "", line.Discriminator];
        return From(further.All(part => part.Length == 0) ? always : [.. always, .. further]);
    }

    /// <summary>Id of what a bill draws from a commitment or balance, or of the transaction for it.</summary>
    public static string OfDraw(string billId, string creditId, bool isRollover, string part) =>
        From("draw", billId, creditId, isRollover ? "rollover" : "", part);

    /// <summary>Id for an invoice number or for its prefix.</summary>
    public static string OfInvoice(string text) => From("invoice", text);

    /// <summary>Stands for what was measured, however many accounts and aggregations that are.</summary>
    public static string OfMeasured(IReadOnlyList<string> needs) => From(["measured", .. needs]);

    private static string From(params ReadOnlySpan<string> parts)
    {
        var content = new StringBuilder();
        foreach (var part in parts)
            content.Append(part.Length).Append(':').Append(part);
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(content.ToString())).AsSpan(0, 16);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash, bigEndian: true).ToString();
    }
}
