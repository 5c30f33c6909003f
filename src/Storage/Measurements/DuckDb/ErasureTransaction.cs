using System.Globalization;
using DuckDB.NET.Data;
using Tallystick.Metering.Measurements;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// Deletes some rows of an account or of a whole organization in one transaction, and all that is left with the last
/// one.
/// </summary>
/// <param name="engine">The engine. Nothing else moves rows or adds columns meanwhile.</param>
/// <param name="request">The request.</param>
/// <param name="organization">Key of the organization.</param>
/// <param name="stepRows">Maximum number of rows to delete.</param>
internal sealed class ErasureTransaction(
    Engine engine, UsageErasure request, int organization, int stepRows)
{
    private readonly DuckDBConnection _connection = engine.Sorter;
    private readonly Dictionary<int, long> _shared = [];

    // SQL of the condition for the rows, without the newer ones; null if no load contained the account.
    private readonly string? _wanted = WantedSql(engine, request, organization);

    /// <summary>Takes the next step, unless the request was completed before.</summary>
    public ErasureProgress Run(CancellationToken cancellationToken)
    {
        // Look the columns up before the transaction begins, so that all of them exist within it.
        var sources = engine.Keys.Meters.Where(meter => meter.Key.Organization == organization && _wanted is not null)
            .Select(meter => meter.Value).Order().Select(engine.Keys.SourceOf).ToList();
        using var transaction = _connection.BeginTransaction();
        var before = Removal.Find(_connection, organization, request.Id);
        if (before.IsDone)
            return new ErasureProgress(before.Removed, true);
        var removed = new RemovedRows(_connection, organization);
        var isLast = true;
        foreach (var source in sources)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Delete(source, removed);
            isLast = removed.Count < stepRows;
            if (!isLast)
                break;
        }
        if (isLast && _wanted is not null)
            isLast = TryDeleteRest(sources, removed);
        if (_wanted is not null)
            StoredRewrites.AddFreeBlocks(_connection);
        removed.WriteTallies();
        var after = new Removal(isLast, before.Removed + removed.Count, []);
        after.Write(_connection, organization, request.Id);
        engine.Commits.Commit(transaction);
        foreach (var (meter, rows) in _shared)
            engine.Keys.SharedRows.AddOrUpdate(meter, 0, (_, count) => count - rows);
        engine.Bookkeeping.Added(removed.Written);
        return new ErasureProgress(after.Removed, isLast);
    }

    private void Delete(UsageSource source, RemovedRows removed)
    {
        foreach (var table in MeterTable.Of(_connection, source))
        {
            var left = stepRows - removed.Count;
            if (left <= 0)
                return;
            if (Next($"{table.Name} WHERE {table.Condition}", left) is not { } which)
                continue;
            var rows = $"{table.Name} WHERE {table.Condition} AND {which}";
            removed.Add(FormattableString.Invariant($"{source.Meter}"), rows, new LoadTally(0, -1, 0, 0, 0, 1));
            KeepPositions(rows);
            var deleted = table.Delete(_connection, which, rewrites: true);
            if (table.Name == SharedTable.Name)
            {
                _shared[source.Meter] = deleted;
                StoredRewrites.Add(_connection, SharedTable.Name);
            }
            else if (table.Part is null)
                StoredRewrites.Add(_connection, table.Name, request.Before.Value);
        }
    }

    // Deletes voided rows, then failures. Returns false if some may be left.
    private bool TryDeleteRest(List<UsageSource> sources, RemovedRows removed)
    {
        var left = stepRows - removed.Count;
        var voided = FormattableString.Invariant(
            $"voided WHERE meter IN (SELECT key FROM meters WHERE organization = {organization})");
        if (Next(voided, left) is { } some)
        {
            var rows = $"{voided} AND {some}";
            RewriteOrigins(sources, rows);
            removed.Add("meter", rows, new LoadTally(0, 0, 0, 0, -1, 1));
            KeepPositions(rows);
            left -= _connection.Execute($"DELETE FROM {rows}");
            StoredRewrites.Add(_connection, StoredRewrites.Voided);
        }
        var failures = FormattableString.Invariant($"failures WHERE organization = {organization}");
        if (left > 0 && Next(failures, left) is { } which)
        {
            left -= _connection.Execute($"DELETE FROM {failures} AND {which}");
            StoredRewrites.Add(_connection, StoredRewrites.Failures);
        }
        return left > 0;
    }

    // A void leaves the bytes of the rows where they were.
    private void RewriteOrigins(List<UsageSource> sources, string rows)
    {
        using var command = _connection.Command(
            $"SELECT meter, min(ts), max(ts) FROM {rows} GROUP BY meter");
        var origins = command.Read(row => (Meter: row.GetInt32(0), First: row.GetInt64(1), Last: row.GetInt64(2)));
        foreach (var (meter, first, last) in origins)
        {
            foreach (var table in MeterTable.Of(_connection, sources.Single(source => source.Meter == meter)))
                table.Rewrite(_connection, first, last, request.Before.Value);
        }
    }

    // SQL of the condition for the first rows; null if there are none.
    private string? Next(string rows, long limit) =>
        Scalar(FormattableString.Invariant(
            $"SELECT max(rowid) FROM (SELECT rowid FROM {rows} AND {_wanted} ORDER BY rowid LIMIT {limit})"))
            is { } last
            ? FormattableString.Invariant($"{_wanted} AND rowid <= {last}")
            : null;

    // Their uids stay used. The log has them for as long as it must.
    private void KeepPositions(string rows) => _connection.Execute(FormattableString.Invariant(
        $"""
        INSERT INTO erased SELECT {organization}, sequence, received_at FROM {rows}
            AND sequence >= {request.LogStart.Value}
        """));

    private static string? WantedSql(Engine engine, UsageErasure request, int organization)
    {
        var before = FormattableString.Invariant($"sequence < {request.Before.Value}");
        if (request.AccountId is not { } id)
            return before;
        return engine.Keys.Accounts.TryGetValue((organization, id), out var account)
            ? FormattableString.Invariant($"account = {account} AND {before}")
            : null;
    }

    private long? Scalar(string sql)
    {
        using var command = _connection.Command(sql);
        var value = command.ExecuteScalar();
        return value is null or DBNull ? null : Convert.ToInt64(value, CultureInfo.InvariantCulture);
    }
}
