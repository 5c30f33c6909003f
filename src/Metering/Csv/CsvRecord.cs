using System.Numerics;

namespace Tallystick.Metering.Csv;

/// <summary>A value of a CSV record, and whether it was quoted.</summary>
internal readonly record struct CsvCell(string Text, bool IsQuoted);

/// <summary>Where a value is in a CSV record.</summary>
/// <param name="Range">The value, without the quotation marks around it.</param>
/// <param name="IsQuoted">Whether it was quoted.</param>
/// <param name="IsEscaped">Whether it contains quotation marks, each written twice.</param>
internal readonly record struct CsvRange(Range Range, bool IsQuoted, bool IsEscaped);

/// <summary>Splits a CSV record (RFC 4180) into values.</summary>
internal static class CsvRecord
{
    /// <summary>The values; null if quotation marks are misplaced.</summary>
    internal static IReadOnlyList<CsvCell>? Read(string record)
    {
        var cells = new List<CsvRange>();
        return TrySplit(record.AsSpan(), cells)
            ? [.. cells.Select(cell => new CsvCell(TextOf(record[cell.Range], cell), cell.IsQuoted))]
            : null;
    }

    private static string TextOf(string written, CsvRange cell) =>
        cell.IsEscaped ? written.Replace("\"\"", "\"", StringComparison.Ordinal) : written;

    /// <summary>Finds the values without copying them.</summary>
    /// <typeparam name="T">UTF-8 or UTF-16.</typeparam>
    /// <param name="record">The record.</param>
    /// <param name="cells">Receives the values.</param>
    /// <returns>False if quotation marks are misplaced.</returns>
    internal static bool TrySplit<T>(ReadOnlySpan<T> record, List<CsvRange> cells)
        where T : unmanaged, IBinaryInteger<T>
    {
        cells.Clear();
        var (quote, comma) = (T.CreateTruncating('"'), T.CreateTruncating(','));
        for (var at = 0; ;)
        {
            if (at < record.Length && record[at] == quote)
            {
                if (!TryReadQuoted(record, quote, ref at, out var quoted))
                    return false;
                cells.Add(quoted);
            }
            else
            {
                var length = record[at..].IndexOfAny(comma, quote);
                var end = length < 0 ? record.Length : at + length;
                if (end < record.Length && record[end] == quote)
                    return false;
                cells.Add(new CsvRange(at..end, IsQuoted: false, IsEscaped: false));
                at = end;
            }
            if (at == record.Length)
                return true;
            if (record[at++] != comma)
                return false;
        }
    }

    // Moves from the opening quotation mark to the place after the closing one.
    private static bool TryReadQuoted<T>(ReadOnlySpan<T> record, T quote, ref int at, out CsvRange cell)
        where T : unmanaged, IBinaryInteger<T>
    {
        var start = ++at;
        var isEscaped = false;
        while (record[at..].IndexOf(quote) is var length and >= 0)
        {
            at += length + 1;
            if (at == record.Length || record[at] != quote)
            {
                cell = new CsvRange(start..(at - 1), IsQuoted: true, isEscaped);
                return true;
            }
            isEscaped = true;
            at++;
        }
        cell = default;
        return false;
    }
}
