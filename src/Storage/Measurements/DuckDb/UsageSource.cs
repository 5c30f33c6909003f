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
    public string? SelectShared() => Shared is null
        ? null
        : FormattableString.Invariant(
            $"SELECT {string.Join(", ", SharedColumns(Shared))} FROM {SharedTable.Name} WHERE meter = {Meter}");

    /// <summary>
    /// SQL of the rows, with the key of their meter, of several meters in the shared table: of those for which this
    /// text is the same.
    /// </summary>
    /// <param name="meters">SQL of their keys.</param>
    public string SelectShared(string meters) =>
        $"""
        SELECT {string.Join(", ", SharedColumns(Shared ?? []).Prepend("meter"))} FROM {SharedTable.Name}
        WHERE meter IN ({meters})
        """;

    /// <summary>SQL of all rows of a table that has the first so many of the field columns.</summary>
    public string Select(string table, int columns)
    {
        var inRest = RestColumn.Find(Fields);
        var rest = KeyMaps.ColumnName(Array.IndexOf(Fields, FieldColumn.Rest));
        var fields = Fields.Select((field, number) =>
        {
            var name = KeyMaps.ColumnName(number);
            if (number >= columns)
                return $"NULL::{field.Kind.SqlType()} AS {name}";
            return inRest[number] ? $"{RestColumn.Sql(rest, number, field.Kind)} AS {name}" : name;
        });
        return $"SELECT {string.Join(", ", DuckDbSchema.UsageColumnNames.Concat(fields))} FROM {table}";
    }

    private IEnumerable<string> SharedColumns(FieldColumn[] shared) => DuckDbSchema.UsageColumnNames.Concat(
        Fields.Zip(SharedTable.Pooled(Fields)).Select((field, number) =>
        {
            var column = Array.IndexOf(shared, field.Second);
            var value = column < 0 ? $"NULL::{field.First.Kind.SqlType()}" : KeyMaps.ColumnName(column);
            if (column >= 0 && field.First.Kind != field.Second.Kind)
                value = RestColumn.Sql(value, number, field.First.Kind);
            return $"{value} AS {KeyMaps.ColumnName(number)}";
        }));
}
