using System.Globalization;
using System.Text;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// The column that stores a row's values of all fields for which its meter has no column left. Each column of a table
/// costs memory in each load, however few rows it has, so the number of columns must not grow with every field that a
/// meter has ever had. In the list of the meter's columns, these fields come after this column.
/// </summary>
internal static class OverflowColumn
{
    /// <summary>Maximum number of columns of one kind that a meter has.</summary>
    public const int MaxOfKind = 64;

    /// <summary>The columns of a meter, with the missing ones added.</summary>
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

    /// <summary>Marks the columns in a meter's list that are stored in the rest column.</summary>
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

    /// <summary>The numbers of the columns that exist in the meter's tables, in ascending order.</summary>
    public static int[] Present(FieldColumn[] columns)
    {
        var inRest = Find(columns);
        return [.. Enumerable.Range(0, columns.Length).Where(number => !inRest[number])];
    }

    /// <summary>SQL of a value in the rest column; NULL if the row has none.</summary>
    /// <param name="rest">Name of the rest column.</param>
    /// <param name="number">Number of the field in the meter's list of columns.</param>
    /// <param name="kind">Kind of the value.</param>
    public static string Sql(string rest, int number, ColumnKind kind)
    {
        var value = FormattableString.Invariant($"nullif(regexp_extract({rest}, ';{number}:([^;]*);', 1), '')");
        return kind == ColumnKind.Text ? $"decode(unhex(substr({value}, 2)))" : $"{value}::{kind.SqlType()}";
    }

    /// <summary>SQL of the entry of a value in such a column; empty if the value is NULL.</summary>
    /// <param name="column">SQL of the value.</param>
    /// <param name="number">Number of the field in the meter's list of columns.</param>
    /// <param name="kind">Kind of the value.</param>
    public static string WriteSql(string column, int number, ColumnKind kind)
    {
        var value = kind == ColumnKind.Text ? $"concat('x', hex(encode({column})))" : $"{column}::VARCHAR";
        return FormattableString.Invariant(
            $"CASE WHEN {column} IS NULL THEN '' ELSE concat('{number}:', {value}, ';') END");
    }

    /// <summary>Appends a text in hexadecimal. It is prefixed with a letter, because it may be empty.</summary>
    public static void Write(StringBuilder row, int number, ReadOnlySpan<byte> utf8) =>
        Begin(row, number).Append('x').Append(Convert.ToHexString(utf8)).Append(';');

    /// <summary>Appends a number.</summary>
    public static void Write(StringBuilder row, int number, decimal value) =>
        Begin(row, number).Append(value.ToString(CultureInfo.InvariantCulture)).Append(';');

    private static StringBuilder Begin(StringBuilder row, int number)
    {
        if (row.Length == 0)
            row.Append(';');
        return row.Append(CultureInfo.InvariantCulture, $"{number}:");
    }
}
