namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// The columns in which the rows of a meter stand, as known before a transaction begins: all of them are there within
/// it.
/// </summary>
/// <param name="Meter">Key of the meter.</param>
/// <param name="Fields">The meter's field columns, in the order of their numbers.</param>
/// <param name="Shared">The columns of the shared table; null where the meter has no rows there.</param>
internal sealed record UsageSource(int Meter, FieldColumn[] Fields, FieldColumn[]? Shared)
{
    /// <summary>SQL of the meter's rows in the shared table; null where it has none.</summary>
    public string? SelectShared()
    {
        if (Shared is null)
            return null;
        var fields = Fields.Zip(SharedTable.Pooled(Fields)).Select((field, number) =>
        {
            var column = Array.IndexOf(Shared, field.Second);
            var value = column < 0 ? $"NULL::{field.First.Kind.SqlType()}" : KeyMaps.ColumnName(column);
            return $"{value} AS {KeyMaps.ColumnName(number)}";
        });
        return FormattableString.Invariant(
            $"""
            SELECT {string.Join(", ", DuckDbSchema.UsageColumnNames.Concat(fields))} FROM {SharedTable.Name}
            WHERE meter = {Meter}
            """);
    }

    /// <summary>SQL of all rows of a table that has the first so many of the field columns.</summary>
    public string Select(string table, int columns)
    {
        var missing = Enumerable.Range(0, Fields.Length).Skip(columns)
            .Select(number => $"NULL::{Fields[number].Kind.SqlType()} AS {KeyMaps.ColumnName(number)}");
        var present = UsageParts.Columns(Math.Min(columns, Fields.Length));
        return $"SELECT {string.Join(", ", present.Concat(missing))} FROM {table}";
    }
}
