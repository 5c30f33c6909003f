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

    /// <summary>The pooled columns for the columns of a meter, in their order.</summary>
    public static FieldColumn[] Pooled(FieldColumn[] columns)
    {
        var inRest = RestColumn.Find(columns);
        var counts = new Dictionary<ColumnKind, int>();
        var pooled = new FieldColumn[columns.Length];
        for (var index = 0; index < columns.Length; index++)
        {
            var kind = inRest[index] ? ColumnKind.Rest : columns[index].Kind;
            var number = inRest[index] ? 0 : counts.GetValueOrDefault(kind);
            counts[kind] = number + 1;
            pooled[index] = new FieldColumn(FormattableString.Invariant($"{number}"), kind);
        }
        return pooled;
    }
}
