using Tallystick.Storage.Documents.Relational;

namespace Tallystick.Storage.Documents.Sqlite;

/// <summary>
/// Fixed table statistics for SQLite's query planner. Without statistics, the planner assumes that an organization has
/// ten documents of a kind, and reads all of them when a query asks for certain ids or values. These statistics say
/// that there are many documents, and how many have the same value. Real counts, from <c>ANALYZE</c>, would be outdated
/// when a table grows quickly, and plans would depend on when they were taken.
/// </summary>
internal static class SqliteStatistics
{
    private const int Documents = 1_000_000;
    private const int OfOneValue = 10;
    private const int OfOneOfFewValues = 100_000;

    /// <summary>Writes the statistics for this connection and all connections opened later.</summary>
    internal static Task WriteAsync(
        SqlRunner writer, IEnumerable<TableLayout> tables, CancellationToken cancellationToken) =>
        writer.TransactAsync(async () =>
        {
            // Creates the table of statistics if missing.
            await writer.ExecuteAsync("ANALYZE sqlite_schema", cancellationToken);
            var wanted = tables.SelectMany(Statistics).ToHashSet();
            var present = await writer.ReadAsync(
                new SqlText().Append("SELECT tbl, coalesce(idx, ''), stat FROM sqlite_stat1"),
                row => (row.GetString(0), row.GetString(1), row.GetString(2)),
                cancellationToken);
            if (wanted.SetEquals(present))
                return;
            await writer.ExecuteAsync("DELETE FROM sqlite_stat1", cancellationToken);
            foreach (var (table, index, statistic) in wanted)
            {
                await writer.ExecuteAsync(
                    new SqlText().Append("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (")
                        .Value(table).Append(", ").Value(index).Append(", ").Value(statistic).Append(")"),
                    cancellationToken);
            }
            // Makes the planner reload the statistics.
            await writer.ExecuteAsync("ANALYZE sqlite_schema", cancellationToken);
        });

    private static IEnumerable<(string Table, string Index, string Statistic)> Statistics(TableLayout table)
    {
        var name = table.Kind.Name;
        var few = table.Kind.Columns.Where(column => column.HasFewValues).Select(column => column.Name).ToHashSet();
        return table.Indexes
            .Select(index => (name, index.Name, index.Use == IndexUse.Search
                ? Of(few.Contains(index.Column) ? OfOneOfFewValues : OfOneValue, 1)
                : Of(1)))
            .Prepend((name, $"sqlite_autoindex_{name}_1", Of(1)));
    }

    // The number of index entries, then how many of them agree in the first column, the first two columns, and so on.
    // All are assumed to belong to one organization.
    private static string Of(params IEnumerable<int> alike) => string.Join(' ', [Documents, Documents, .. alike]);
}
