using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Measurements.Batches;
using Tallystick.Metering.Meters;

namespace Tallystick.Metering.Ingest;

/// <summary>
/// A row of an uploaded file that is not a valid measurement. The log keeps it among the measurements, so that it is
/// accounted for and reported like any other failure: as a measurement with reserved fields, whose codes begin with
/// U+0000, which no sender can use.
/// </summary>
/// <param name="JobId">UUID of the upload job.</param>
/// <param name="Row">Number of the row, starting at 1.</param>
/// <param name="Line">The line of the file on which it begins, starting at 1.</param>
/// <param name="Reason">What is wrong with it.</param>
/// <param name="Text">The row as sent; a long one is cut off.</param>
public sealed record RefusedRow(string JobId, long Row, long Line, string Reason, string Text)
{
    /// <summary>Maximum number of bytes of a row that are kept.</summary>
    public const int MaxText = 65_536;

    private static readonly string[] Codes = ["\0job", "\0row", "\0line", "\0reason", "\0text"];

    /// <summary>The list of the reserved fields.</summary>
    internal static ReadOnlyMemory<byte> List { get; } = Encode(fields =>
    {
        foreach (var code in Codes)
        {
            fields.WriteByte(BatchWriter.NumberOf(DataFieldCategory.Other));
            fields.WriteText(Encoding.UTF8.GetBytes(code));
        }
    });

    /// <summary>The values of the reserved fields.</summary>
    internal ReadOnlyMemory<byte> Values => Encode(values =>
    {
        foreach (var value in (string[])[JobId, Text(Row), Text(Line), Reason, this.Text])
            values.WriteText(Encoding.UTF8.GetBytes(value));

        static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
    });

    /// <summary>Whether a list of fields is that of refused rows.</summary>
    internal static bool IsIn(IReadOnlyList<FieldCode> fields) => fields.Count > 0 && fields[0].Code == Codes[0];

    /// <summary>The refused row that a measurement of the log stands for; null for a real measurement.</summary>
    internal static RefusedRow? Of(Measurement measurement)
    {
        var fields = measurement.Fields;
        return fields.Count == Codes.Length && fields[0].Code == Codes[0]
            ? new RefusedRow(
                fields[0].Text!, Number(fields[1].Text!), Number(fields[2].Text!), fields[3].Text!, fields[4].Text!)
            : null;

        static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
    }

    /// <summary>
    /// The account code in a row of a JSON file, which need not be valid; null if it cannot be told.
    /// </summary>
    internal static string? AccountOf(ReadOnlySpan<byte> json)
    {
        string? found = null;
        try
        {
            var reader = new Utf8JsonReader(json);
            while (reader.Read())
            {
                if (reader.CurrentDepth != 1 || reader.TokenType != JsonTokenType.PropertyName
                    || !reader.ValueTextEquals("account"u8))
                    continue;
                reader.Read();
                if (found is not null || reader.TokenType != JsonTokenType.String)
                    return null;
                found = reader.GetString();
            }
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // Not JSON from here on, or not text. A code that precedes it counts.
        }
        return KeptAccount(found);
    }

    /// <summary>The code of an account; null for anything else.</summary>
    internal static string? KeptAccount(string? code) =>
        TextLength.Of(code ?? "") is > 0 and <= MeasurementParser.MaximumCode ? code : null;

    /// <summary>
    /// Whether the text of the row contains an account code as a value in quotation marks or a value of a CSV file.
    /// </summary>
    internal bool Mentions(string account)
    {
        foreach (var written in new[]
        {
            account, account.Replace("\"", "\"\"", StringComparison.Ordinal),
            JsonEncodedText.Encode(account, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).Value,
            JsonEncodedText.Encode(account).Value,
        })
        {
            for (var at = Find(0); at >= 0; at = Find(at + 1))
            {
                var end = at + written.Length;
                if ((at == 0 || Text[at - 1] is '"' or ',') && (end == Text.Length || Text[end] is '"' or ','))
                    return true;
            }

            int Find(int from) => Text.IndexOf(written, from, StringComparison.Ordinal);
        }
        return false;
    }

    private static ReadOnlyMemory<byte> Encode(Action<ByteBuffer> write)
    {
        var bytes = new ByteBuffer(256);
        write(bytes);
        return bytes.WrittenMemory;
    }
}
