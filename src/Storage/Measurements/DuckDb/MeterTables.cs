using DuckDB.NET.Data;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>A table with rows of one meter.</summary>
/// <param name="Name">Name of the table.</param>
/// <param name="Condition">SQL of a condition that selects only the rows of the meter.</param>
/// <param name="Part">The sorted part; null for a table that loads write to.</param>
internal sealed record MeterTable(string Name, string Condition, UsagePart? Part)
{
    /// <summary>The tables with rows of a meter, within the current transaction.</summary>
    /// <param name="connection">The connection, in a transaction.</param>
    /// <param name="source">Where the meter's rows are stored, as known before the transaction began.</param>
    public static List<MeterTable> Of(DuckDBConnection connection, UsageSource source)
    {
        List<MeterTable> tables = [];
        if (UsageParts.OwnColumns(connection, source.Meter) is not null)
            tables.Add(new MeterTable(KeyMaps.Table(source.Meter), "true", null));
        if (source.Shared is not null)
        {
            tables.Add(new MeterTable(
                SharedTable.Name, FormattableString.Invariant($"meter = {source.Meter}"), null));
        }
        tables.AddRange(UsageParts.Read(connection, source.Meter, long.MinValue, long.MaxValue)
            .Select(part => new MeterTable(part.Table, "true", part)));
        return tables;
    }

    /// <summary>Deletes rows, and keeps the list of parts true.</summary>
    /// <param name="connection">The connection, in a transaction.</param>
    /// <param name="which">SQL of the condition for the rows.</param>
    /// <param name="rewrites">
    /// Whether the part is to be rewritten soon, so that the bytes of the deleted rows leave the file.
    /// </param>
    /// <returns>The number of rows deleted.</returns>
    public long Delete(DuckDBConnection connection, string which, bool rewrites)
    {
        var deleted = connection.Execute($"DELETE FROM {Name} WHERE {Condition} AND {which}");
        if (Part is null || deleted == 0)
            return deleted;
        if (deleted == Part.Rows)
        {
            connection.Execute("DELETE FROM parts WHERE number = $1", Part.Number);
            connection.Execute($"DROP TABLE {Name}");
            return deleted;
        }
        // A part without a first run is sorted again by the next step of maintenance.
        connection.Execute(
            "UPDATE parts SET rows = rows - $1, sorted = if($2, 0, greatest(sorted - $1, 0)) WHERE number = $3",
            (long)deleted, rewrites, Part.Number);
        return deleted;
    }

    /// <summary>Requests that bytes of rows deleted earlier be removed from the file.</summary>
    /// <param name="connection">The connection, in a transaction.</param>
    /// <param name="first">The earliest time of the rows, in nanoseconds since 1970.</param>
    /// <param name="last">Their latest time.</param>
    /// <param name="before">All of the rows are before this position in the log.</param>
    public void Rewrite(DuckDBConnection connection, long first, long last, long before)
    {
        if (Part is null)
            StoredRewrites.Add(connection, Name, Name == SharedTable.Name ? 0 : before);
        else if (Part.First <= last && Part.End > first)
            connection.Execute("UPDATE parts SET sorted = 0 WHERE number = $1", Part.Number);
    }
}
