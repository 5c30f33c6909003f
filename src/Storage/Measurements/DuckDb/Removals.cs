using DuckDB.NET.Data;
using Tallystick.Metering.Measurements;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// The requests to void or erase that the store has handled, by the id of the request. They make repeating one
/// harmless.
/// </summary>
/// <param name="IsDone">Whether nothing is left to do.</param>
/// <param name="Removed">The number of measurements removed.</param>
/// <param name="NotFound">The uids without a measurement.</param>
internal sealed record Removal(bool IsDone, long Removed, IReadOnlyList<string> NotFound)
{
    /// <summary>A request that has not been handled yet.</summary>
    public static Removal None { get; } = new(false, 0, []);

    /// <summary>What was done for a request.</summary>
    public static Removal Find(DuckDBConnection connection, int organization, string id)
    {
        using var command = connection.Command(
            "SELECT is_done, removed, not_found FROM removals WHERE organization = $1 AND id = $2", organization, id);
        return command.Read(row => new Removal(
                row.GetBoolean(0), row.GetInt64(1), row.GetFieldValue<List<string>>(2)))
            .SingleOrDefault(None);
    }

    /// <summary>Records what was done.</summary>
    public void Write(DuckDBConnection connection, int organization, string id)
    {
        connection.Execute("DELETE FROM removals WHERE organization = $1 AND id = $2", organization, id);
        connection.Execute(
            "INSERT INTO removals VALUES ($1, $2, $3, $4, $5)", organization, id, IsDone, Removed,
            NotFound.ToList());
    }
}

/// <summary>Moves the rows of found uids to the table of voided rows, in one transaction.</summary>
/// <param name="engine">The engine. Nothing else moves rows or adds columns meanwhile.</param>
/// <param name="request">The request.</param>
/// <param name="organization">Key of the organization.</param>
internal sealed class VoidTransaction(Engine engine, UsageVoid request, int organization)
{
    private readonly DuckDBConnection _connection = engine.Sorter;

    /// <summary>Moves the rows, unless the request was handled before.</summary>
    public VoidOutcome Run(IReadOnlyList<FoundRow> found)
    {
        // Look the columns up before the transaction begins, so that all of them exist within it.
        var sources = found.GroupBy(row => row.Meter)
            .Select(rows => (Source: engine.Keys.SourceOf(rows.Key), Rows: rows.ToList())).ToList();
        using var transaction = _connection.BeginTransaction();
        var before = Removal.Find(_connection, organization, request.Id);
        if (before.IsDone)
            return new VoidOutcome(before.Removed, before.NotFound);
        var removed = new RemovedRows(_connection, organization);
        Dictionary<int, long> shared = [];
        foreach (var (source, rows) in sources)
            shared[source.Meter] = Move(source, rows, removed);
        removed.WriteTallies();
        var uids = ReadVoided();
        var after = new Removal(true, removed.Count, [.. request.Uids.Where(uid => !uids.Contains(uid))]);
        after.Write(_connection, organization, request.Id);
        engine.Commits.Commit(transaction);
        foreach (var (meter, rows) in shared)
            engine.Keys.SharedRows.AddOrUpdate(meter, 0, (_, count) => count - rows);
        engine.Bookkeeping.Added(removed.Written);
        return new VoidOutcome(after.Removed, after.NotFound);
    }

    private HashSet<string> ReadVoided()
    {
        using var command = _connection.Command(
            "SELECT coalesce(uuid::VARCHAR, uid) FROM voided WHERE removal = $1", request.Id);
        return command.Read(row => row.GetString(0)).ToHashSet(StringComparer.Ordinal);
    }

    // Returns the number of rows moved from the shared table.
    private long Move(UsageSource source, List<FoundRow> rows, RemovedRows removed)
    {
        // Parts are sorted by account, so the accounts let the engine skip most of a part.
        var which = FormattableString.Invariant(
            $"account IN ({Join(rows.Select(row => (long)row.Account))}) AND sequence IN ({Join(rows.Select(
                row => row.Sequence))})");
        var moved = _connection.Execute(
            FormattableString.Invariant(
                $"""
                INSERT INTO voided
                SELECT {source.Meter}, uuid, {Column(source, FieldColumn.Uid, "VARCHAR")}, account, ts,
                    {Column(source, FieldColumn.Ets, "BIGINT")}, received_at, sequence, $1, {Values(source)}
                FROM {UsageParts.Relation(_connection, source)} WHERE {which}
                """),
            request.Id);
        long deleted = 0;
        long shared = 0;
        foreach (var table in MeterTable.Of(_connection, source))
        {
            removed.Add(
                FormattableString.Invariant($"{source.Meter}"), $"{table.Name} WHERE {table.Condition} AND {which}",
                new LoadTally(0, -1, 0, 0, 1));
            var count = table.Delete(_connection, which, rewrites: false);
            deleted += count;
            if (table.Name == SharedTable.Name)
                shared += count;
        }
        return deleted == moved
            ? shared
            : throw new InvalidOperationException($"{moved} rows were copied to void them, but {deleted} deleted.");
    }

    private static string Join(IEnumerable<long> numbers) => string.Join(
        ", ", numbers.Distinct().Select(number => FormattableString.Invariant($"{number}")));

    private static string Column(UsageSource source, FieldColumn column, string type)
    {
        var number = Array.IndexOf(source.Fields, column);
        return number < 0 ? $"NULL::{type}" : KeyMaps.ColumnName(number);
    }

    // All values of a row in one column, in the form of the rest column: which fields a meter has differs.
    private static string Values(UsageSource source)
    {
        var values = source.Fields.Index()
            .Where(field => field.Item != FieldColumn.Uid && field.Item != FieldColumn.Ets
                && field.Item != FieldColumn.Rest)
            .Select(field => OverflowColumn.WriteSql(KeyMaps.ColumnName(field.Index), field.Index, field.Item.Kind))
            .ToList();
        return values.Count == 0 ? "NULL" : $"concat(';', {string.Join(", ", values)})";
    }
}
