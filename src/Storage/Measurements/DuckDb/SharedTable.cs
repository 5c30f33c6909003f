namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// The table that small meters share: with thousands of tables, one per meter, a load would need more memory than the
/// engine has. Its columns are pooled by kind: the n-th column of a kind that a meter has is stored in the n-th pooled
/// column of that kind. Pooled columns are listed in <c>fields</c> under a key that no meter has.
/// </summary>
internal static class SharedTable
{
    /// <summary>Used in place of a meter's key.</summary>
    public const int Key = -1;

    public const string Name = "usage_shared";

    /// <summary>The pooled columns for the columns of a meter, in the same order.</summary>
    public static FieldColumn[] Pooled(FieldColumn[] columns)
    {
        var inRest = OverflowColumn.Find(columns);
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
