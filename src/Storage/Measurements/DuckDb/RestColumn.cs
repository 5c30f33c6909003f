using System.Globalization;
using System.Text;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// The column in which a row keeps the values of all fields for which its meter has no column left. A table costs
/// memory in each load for each of its columns, however few rows come, so their number must not grow with every field
/// that a meter has ever had. The fields stand in the list of the meter's columns behind this one.
/// </summary>
internal static class RestColumn
{
    /// <summary>Columns of one kind that a meter has, at most.</summary>
    public const int MaxOfKind = 64;

    /// <summary>The columns of a meter after those still missing were added.</summary>
    public static FieldColumn[] Add(FieldColumn[] columns, IEnumerable<FieldColumn> needed)
    {
        FieldColumn[] missing = [.. needed.Except(columns)];
        if (missing.Length == 0)
            return columns;
        List<FieldColumn> all = [.. columns];
        var hasRest = all.Contains(FieldColumn.Rest);
        foreach (var column in missing)
        {
            if (!hasRest && all.Count(one => one.Kind == column.Kind) >= MaxOfKind)
            {
                all.Add(FieldColumn.Rest);
                hasRest = true;
            }
            all.Add(column);
        }
        return [.. all];
    }

    /// <summary>Which of a meter's columns are none of their own.</summary>
    public static bool[] Find(FieldColumn[] columns)
    {
        var rest = Array.IndexOf(columns, FieldColumn.Rest);
        var found = new bool[columns.Length];
        if (rest < 0)
            return found;
        var counts = columns[..rest].CountBy(column => column.Kind).ToDictionary();
        for (var number = rest + 1; number < columns.Length; number++)
        {
            var count = counts[columns[number].Kind] = counts.GetValueOrDefault(columns[number].Kind) + 1;
            found[number] = count > MaxOfKind;
        }
        return found;
    }

    /// <summary>The numbers of the columns that are columns of the meter's tables, in their order.</summary>
    public static int[] Present(FieldColumn[] columns)
    {
        var inRest = Find(columns);
        return [.. Enumerable.Range(0, columns.Length).Where(number => !inRest[number])];
    }

    /// <summary>SQL of a value; NULL where a row has none.</summary>
    /// <param name="rest">Name of the column.</param>
    /// <param name="number">Number of the field's column.</param>
    /// <param name="kind">Its kind.</param>
    public static string Sql(string rest, int number, ColumnKind kind)
    {
        var value = FormattableString.Invariant($"nullif(regexp_extract({rest}, ';{number}:([^;]*);', 1), '')");
        return kind == ColumnKind.Text ? $"decode(unhex(substr({value}, 2)))" : $"{value}::{kind.SqlType()}";
    }

    /// <summary>Adds a text, in hexadecimal, behind a letter since it may be empty.</summary>
    public static void Write(StringBuilder row, int number, ReadOnlySpan<byte> utf8) =>
        Begin(row, number).Append('x').Append(Convert.ToHexString(utf8)).Append(';');

    /// <summary>Adds a number.</summary>
    public static void Write(StringBuilder row, int number, decimal value) =>
        Begin(row, number).Append(value.ToString(CultureInfo.InvariantCulture)).Append(';');

    private static StringBuilder Begin(StringBuilder row, int number)
    {
        if (row.Length == 0)
            row.Append(';');
        return row.Append(CultureInfo.InvariantCulture, $"{number}:");
    }
}
