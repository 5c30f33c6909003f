namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// The table that small meters share: a table for each of thousands of meters would take more memory in one load than
/// the engine has. Its columns are pooled by kind: the n-th column of a kind that a meter has stands in the n-th pooled
/// column of that kind. They are listed in <c>fields</c> under a key that no meter has.
/// </summary>
internal static class SharedTable
{
    /// <summary>Stands for the key of a meter.</summary>
    public const int Key = -1;

    public const string Name = "usage_shared";

    /// <summary>A meter with more columns of one kind has a table of its own from the start.</summary>
    public const int MaxPooled = 64;

    /// <summary>The pooled columns for the columns of a meter, in their order.</summary>
    public static FieldColumn[] Pooled(FieldColumn[] columns)
    {
        var pooled = new FieldColumn[columns.Length];
        for (var index = 0; index < columns.Length; index++)
        {
            var number = 0;
            foreach (var before in columns.AsSpan(0, index))
                number += before.Kind == columns[index].Kind ? 1 : 0;
            pooled[index] = new FieldColumn(FormattableString.Invariant($"{number}"), columns[index].Kind);
        }
        return pooled;
    }

    /// <summary>Whether a meter has more columns than the table takes.</summary>
    public static bool IsTooNarrowFor(FieldColumn[] columns) =>
        columns.Length > MaxPooled && columns.GroupBy(column => column.Kind).Any(kind => kind.Count() > MaxPooled);
}
