namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// The columns that store the rows of a meter, as known before a transaction begins, so that all of them exist within
/// it.
/// </summary>
/// <param name="Meter">Key of the meter.</param>
/// <param name="Fields">The meter's field columns, ordered by number.</param>
/// <param name="Shared">The columns of the shared table; null if the meter has no rows there.</param>
internal sealed record UsageSource(int Meter, FieldColumn[] Fields, FieldColumn[]? Shared)
{
    /// <summary>SQL of the meter's rows in the shared table; null if it has none.</summary>
    public string? SelectShared() => Shared is null
        ? null
        : FormattableString.Invariant(
            $"SELECT {string.Join(", ", SharedColumns(Shared))} FROM {SharedTable.Name} WHERE meter = {Meter}");

    /// <summary>
    /// SQL of the rows of several meters in the shared table, including the key of the meter. Meters with the same
    /// result can be read together.
    /// </summary>
    /// <param name="meters">SQL of the keys of the meters.</param>
    public string SelectShared(string meters) =>
        $"""
        SELECT {string.Join(", ", SharedColumns(Shared ?? []).Prepend("meter"))} FROM {SharedTable.Name}
        WHERE meter IN ({meters})
        """;

    /// <summary>SQL of all rows of a table that has only the first <paramref name="columns"/> field columns.</summary>
    public string Select(string table, int columns)
    {
        var inRest = OverflowColumn.Find(Fields);
        var rest = KeyMaps.ColumnName(Array.IndexOf(Fields, FieldColumn.Rest));
        var fields = Fields.Select((field, number) =>
        {
            var name = KeyMaps.ColumnName(number);
            if (number >= columns)
                return $"NULL::{field.Kind.SqlType()} AS {name}";
            return inRest[number] ? $"{OverflowColumn.Sql(rest, number, field.Kind)} AS {name}" : name;
        });
        return $"SELECT {string.Join(", ", DuckDbSchema.UsageColumnNames.Concat(fields))} FROM {table}";
    }

    private IEnumerable<string> SharedColumns(FieldColumn[] shared) => DuckDbSchema.UsageColumnNames.Concat(
        Fields.Zip(SharedTable.Pooled(Fields)).Select((field, number) =>
        {
            var column = Array.IndexOf(shared, field.Second);
            var value = column < 0 ? $"NULL::{field.First.Kind.SqlType()}" : KeyMaps.ColumnName(column);
            if (column >= 0 && field.First.Kind != field.Second.Kind)
                value = OverflowColumn.Sql(value, number, field.First.Kind);
            return $"{value} AS {KeyMaps.ColumnName(number)}";
        }));
}
