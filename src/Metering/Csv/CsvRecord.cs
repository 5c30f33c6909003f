using System.Text;

namespace Tallystick.Metering.Csv;

/// <summary>A value of a CSV record, and whether it was quoted.</summary>
internal readonly record struct CsvCell(string Text, bool IsQuoted);

/// <summary>Splits a CSV record (RFC 4180) into values.</summary>
internal static class CsvRecord
{
    /// <summary>The values; null if quotation marks are misplaced.</summary>
    internal static IReadOnlyList<CsvCell>? Read(string record)
    {
        var cells = new List<CsvCell>();
        for (var at = 0; ;)
        {
            if (at < record.Length && record[at] == '"')
            {
                if (ReadQuoted(record, ref at) is not { } quoted)
                    return null;
                cells.Add(new CsvCell(quoted, true));
            }
            else
            {
                var comma = record.IndexOf(',', at);
                var end = comma < 0 ? record.Length : comma;
                if (record.AsSpan(at, end - at).Contains('"'))
                    return null;
                cells.Add(new CsvCell(record[at..end], false));
                at = end;
            }
            if (at == record.Length)
                return cells;
            if (record[at++] != ',')
                return null;
        }
    }

    private static string? ReadQuoted(string record, ref int at)
    {
        var value = new StringBuilder();
        for (at++; at < record.Length; at++)
        {
            if (record[at] != '"')
                value.Append(record[at]);
            else if (at + 1 < record.Length && record[at + 1] == '"')
                value.Append(record[at++]);
            else
            {
                at++;
                return value.ToString();
            }
        }
        return null;
    }
}
