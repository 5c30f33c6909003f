namespace Tallystick.Console.Tables;

/// <summary>The order of rows that somebody chose by a column.</summary>
/// <param name="Column">The name of the column.</param>
/// <param name="IsDescending">Whether the largest value comes first.</param>
internal sealed record TableSort(string Column, bool IsDescending)
{
    /// <summary>Its name in addresses.</summary>
    internal const string Name = "sort";

    /// <summary>Its value in addresses.</summary>
    internal string Value => (IsDescending ? "-" : "") + Column;

    /// <summary>The order that a value in the address says; null for that of the API.</summary>
    internal static TableSort? Of(string? value) => value switch
    {
        null or "" => null,
        ['-', .. var column] => new(column, true),
        _ => new(value, false),
    };

    /// <summary>The order after a click on the heading of a column.</summary>
    internal static TableSort Next(TableSort? now, string column) =>
        new(column, now?.Column == column && !now.IsDescending);

    /// <summary>The value of aria-sort of a column; null for none.</summary>
    internal static string? AriaOf(TableSort? now, string column) =>
        now?.Column != column ? null : now.IsDescending ? "descending" : "ascending";

    /// <summary>Sorts rows. Those without a value come last, and equal ones stay in their order.</summary>
    internal IReadOnlyList<T> Sort<T>(IReadOnlyList<T> rows, IEnumerable<Column<T>> columns, RowScene scene)
    {
        if (columns.FirstOrDefault(one => one.Name == Column) is not { } column)
            return rows;
        var keyed = rows.Select(row => (Row: row, Key: column.SortKey(row, scene)))
            .OrderBy(one => one.Key is null or "");
        var comparer = Comparer<IComparable?>.Create(Compare);
        return [.. (IsDescending ? keyed.ThenByDescending(one => one.Key, comparer)
            : keyed.ThenBy(one => one.Key, comparer)).Select(one => one.Row)];
    }

    private static int Compare(IComparable? one, IComparable? other) => (one, other) switch
    {
        (string text, string next) => StringComparer.OrdinalIgnoreCase.Compare(text, next),
        (null, null) => 0,
        (null, _) => -1,
        _ => one.CompareTo(other),
    };
}
