using System.Globalization;
using System.Text;
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

    private static ReadOnlyMemory<byte> Encode(Action<ByteBuffer> write)
    {
        var bytes = new ByteBuffer(256);
        write(bytes);
        return bytes.WrittenMemory;
    }
}
