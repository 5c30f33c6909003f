using DuckDB.NET.Data;
using NodaTime;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Usage;
using Tallystick.Storage.Documents;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>The measurement store as one DuckDB file, used by one process at a time.</summary>
public sealed class DuckDbMeasurementStore : IMeasurementStore, IAsyncDisposable
{
    private readonly DuckDBConnection _writer;
    private readonly RowLoader _loader;
    private readonly QueryThreads _threads;
    private readonly ReadSessions _sessions;
    private readonly KeyMaps _keys;
    private readonly DuckDBConnection _sorter;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly SemaphoreSlim _sorting = new(1, 1);

    private DuckDbMeasurementStore(string connectionText, DuckDBConnection writer, DuckDbOptions options)
    {
        _writer = writer;
        writer.Execute(FormattableString.Invariant($"SET checkpoint_threshold = '{options.CheckpointMegabytes}MB'"));
        DuckDbSchema.Prepare(writer);
        NarrowSum.Register(writer);
        AccountSums.Register(writer);
        _loader = new RowLoader(writer);
        _keys = KeyMaps.Read(writer);
        _sorter = new DuckDBConnection(connectionText);
        _sorter.Open();
        _threads = new QueryThreads(writer, options.Threads - 1);
        _sessions = new ReadSessions(connectionText, _threads);
    }

    /// <summary>Opens the store in a file, which is created where missing.</summary>
    /// <exception cref="StoreUnavailableException">The file is damaged, of a newer version, or in use.</exception>
    public static async Task<DuckDbMeasurementStore> OpenAsync(
        string path, DuckDbOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new DuckDbOptions();
        var connectionText = new DuckDBConnectionStringBuilder
        {
            DataSource = path,
            ["memory_limit"] = FormattableString.Invariant($"{options.MemoryMegabytes}MB"),
            // What a query has freed goes back to the system; the engine would keep some hundred megabytes.
            ["allocator_flush_threshold"] = "16MB",
            ["allocator_bulk_deallocation_flush_threshold"] = "16MB",
            ["threads"] = FormattableString.Invariant($"{options.Threads}"),
            // None of its own; see QueryThreads.
            ["external_threads"] = FormattableString.Invariant($"{options.Threads}"),
        }.ConnectionString;
        var writer = new DuckDBConnection(connectionText);
        try
        {
            return await Task.Run(
                () =>
                {
                    writer.Open();
                    EngineAllocator.KeepFreedMemory();
                    return new DuckDbMeasurementStore(connectionText, writer, options);
                },
                cancellationToken);
        }
        catch (Exception exception)
        {
            await writer.DisposeAsync();
            if (exception is not DuckDBException)
                throw;
            throw new StoreUnavailableException(
                $"The measurement store {path} cannot be opened: {exception.Message}", exception);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyCollection<string> OrganizationIds => [.. _keys.Organizations.Keys];

    /// <inheritdoc/>
    public async ValueTask<LogPosition> FindPositionAsync(CancellationToken cancellationToken)
    {
        var positions = await ReadAsync(
            connection => connection.Command("SELECT position FROM state"), row => row.GetInt64(0), cancellationToken);
        return new LogPosition(positions[0]);
    }

    /// <inheritdoc/>
    public async ValueTask LoadAsync(MeasurementLoad load, CancellationToken cancellationToken)
    {
        // A table cannot be given a column while its rows are being moved.
        var columns = load.Meters.Select(UsageRowsWriter.ColumnsOf).ToList();
        var changesTables = load.Meters.Zip(columns, _keys.Lacks).Any(lacks => lacks);
        if (changesTables)
            await _sorting.WaitAsync(cancellationToken);
        try
        {
            await _writing.WaitAsync(cancellationToken);
            try
            {
                await Task.Run(
                    () => new LoadTransaction(_writer, _loader, _keys).Run(load, columns), cancellationToken);
            }
            finally
            {
                _writing.Release();
            }
        }
        finally
        {
            if (changesTables)
                _sorting.Release();
        }
    }

    /// <inheritdoc/>
    public async Task<bool> SortAsync(Instant closedBefore, CancellationToken cancellationToken)
    {
        await _sorting.WaitAsync(cancellationToken);
        try
        {
            var hasSorted = await Task.Run(
                () => new UsageSorter(_sorter, _keys).TakeStep(Nanoseconds.OfBound(closedBefore), cancellationToken),
                cancellationToken);
            // A step takes many times as much as a load, which would not use it again.
            if (hasSorted)
                EngineAllocator.GiveFreedMemoryBack();
            return hasSorted;
        }
        finally
        {
            _sorting.Release();
        }
    }

    /// <inheritdoc/>
    public Task VisitUidsAsync(Instant receivedSince, UidVisitor visit, CancellationToken cancellationToken)
    {
        var keys = _keys.Snapshot();
        var organizations = keys.Organizations.ToDictionary(pair => pair.Value, pair => pair.Key);
        return _sessions.RunAsync(
            connection =>
            {
                foreach (var ((organization, _), meter) in keys.Meters)
                {
                    var visitor = new StoredUids(organizations[organization], visit);
                    var columns = keys.Columns.GetValueOrDefault(meter, []);
                    ChunkReader.Read(
                        connection,
                        FormattableString.Invariant(
                            $"""
                            SELECT uuid, {keys.FindUids(meter) ?? "NULL::VARCHAR"}, sequence
                            FROM {UsageParts.Relation(connection, meter, columns)}
                            WHERE received_at >= {Nanoseconds.OfBound(receivedSince)}
                            """),
                        visitor.Visit,
                        cancellationToken);
                }
                return true;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<UsageValue>> ReadAsync(UsageQuery query, CancellationToken cancellationToken) =>
        UsagePlan.Build(query, _keys) is { } plan ? await _sessions.RunAsync(plan.Read, cancellationToken) : [];

    /// <inheritdoc/>
    public Task<ExplorerRows> ExploreAsync(UsageExploration query, CancellationToken cancellationToken)
    {
        // Taken before the transaction begins, so that every table and column known here is there.
        var keys = _keys.Snapshot();
        return _sessions.RunAsync(
            connection => query.Aggregations.Count == 0
                ? ExplorerMeasurements.Read(connection, query, keys, cancellationToken)
                : ExplorerGroups.Read(connection, query, keys),
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<MeterDay>> ReadTalliesAsync(
        string organizationId, CancellationToken cancellationToken)
    {
        if (!_keys.Organizations.TryGetValue(organizationId, out var organization))
            return [];
        return await ReadAsync(
            connection => connection.Command(
                """
                SELECT t.code, m.id, t.day, sum(accepted)::BIGINT, sum(stored)::BIGINT, sum(duplicate)::BIGINT,
                    sum(failed)::BIGINT
                FROM tallies t LEFT JOIN meters m ON m.key = t.meter
                WHERE t.organization = $1 GROUP BY t.code, m.id, t.day ORDER BY t.day, t.code, m.id
                """,
                organization),
            row => new MeterDay(
                organizationId, row.GetString(0), row.TextOrNull(1), Nanoseconds.ToDate(row.GetInt32(2)),
                new LoadTally(row.GetInt64(3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6))),
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<StoredRows>> CountRowsAsync(
        string organizationId, CancellationToken cancellationToken)
    {
        if (!_keys.Organizations.TryGetValue(organizationId, out var organization))
            return [];
        var counts = new List<StoredRows>();
        foreach (var ((_, meterId), meter) in _keys.Meters.Where(meter => meter.Key.Organization == organization))
        {
            counts.AddRange(await ReadAsync(
                connection => connection.Command(
                    $"""
                    SELECT (received_at // 86400000000000)::INTEGER AS day, count(*)
                    FROM {UsageParts.Relation(connection, meter, [])}
                    GROUP BY day ORDER BY day
                    """),
                row => new StoredRows(meterId, Nanoseconds.ToDate(row.GetInt32(0)), row.GetInt64(1)),
                cancellationToken));
        }
        return counts;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<FailedMeasurement>> ReadFailuresAsync(
        string organizationId, LogPosition before, Instant receivedSince, int limit,
        CancellationToken cancellationToken)
    {
        if (!_keys.Organizations.TryGetValue(organizationId, out var organization))
            return [];
        return await ReadAsync(
            connection => connection.Command(
                """
                SELECT f.sequence, f.type, f.detail, f.received_at, a.id
                FROM failures f LEFT JOIN accounts a ON a.key = f.account
                WHERE f.organization = $1 AND f.sequence < $2 AND f.received_at >= $3
                ORDER BY f.sequence DESC LIMIT $4
                """,
                organization, before.Value, Nanoseconds.OfBound(receivedSince), limit),
            row => new FailedMeasurement(
                organizationId, (IngestFailure)row.GetInt32(1), row.TextOrNull(2),
                Nanoseconds.ToInstant(row.GetInt64(3)), new LogPosition(row.GetInt64(0)), row.TextOrNull(4)),
            cancellationToken);
    }

    /// <summary>Closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        await _writing.WaitAsync();
        await _sorting.WaitAsync();
        _sessions.Dispose();
        _threads.Dispose();
        await _sorter.DisposeAsync();
        await _writer.DisposeAsync();
        _writing.Dispose();
        _sorting.Dispose();
    }

    private Task<List<T>> ReadAsync<T>(
        Func<DuckDBConnection, DuckDBCommand> prepare, Func<DuckDBDataReader, T> read,
        CancellationToken cancellationToken) =>
        _sessions.RunAsync(
            connection =>
            {
                using var command = prepare(connection);
                return command.Read(read);
            },
            cancellationToken);
}
