using Tallystick.Storage.Documents.Relational;

namespace Tallystick.Storage.Documents.Sqlite;

/// <summary>
/// What the engine's planner is told of the tables. Knowing nothing, it takes an organization to have ten documents of
/// a kind, and reads all of them where some ids or values are asked for. It is told that there are many, and how many
/// have the same value. Counts of the tables as they are, by <c>ANALYZE</c>, would be out of date where a table grows
/// quickly, and plans would depend on the moment they were taken.
/// </summary>
internal static class SqliteStatistics
{
    private const int Documents = 1_000_000;
    private const int OfOneValue = 10;
    private const int OfOneOfFewValues = 100_000;

    /// <summary>Tells the connection, and all that are opened later.</summary>
    internal static Task WriteAsync(
        SqlRunner writer, IEnumerable<TableLayout> tables, CancellationToken cancellationToken) =>
        writer.TransactAsync(async () =>
        {
            // Makes the table of statistics where it is missing.
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
            // Has it read.
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

    // The entries of an index, and how many of them have in common the first column, the first two, and so on. All are
    // taken to be of one organization.
    private static string Of(params IEnumerable<int> alike) => string.Join(' ', [Documents, Documents, .. alike]);
}
