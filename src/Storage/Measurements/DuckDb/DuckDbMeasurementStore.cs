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
    private readonly Bookkeeping _bookkeeping;
    private readonly DuckDbOptions _options;
    private int _ownTables;

    private DuckDbMeasurementStore(string connectionText, DuckDBConnection writer, DuckDbOptions options)
    {
        (_writer, _options, _ownTables) = (writer, options, options.MaxOwnTables);
        writer.Execute(FormattableString.Invariant($"SET checkpoint_threshold = '{options.CheckpointMegabytes}MB'"));
        DuckDbSchema.Prepare(writer);
        NarrowSum.Register(writer);
        AccountSums.Register(writer);
        _loader = new RowLoader(writer);
        _keys = KeyMaps.Read(writer);
        _sorter = new DuckDBConnection(connectionText);
        _sorter.Open();
        _bookkeeping = new Bookkeeping(_sorter);
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
        while (true)
        {
            var plan = LoadPlan.Make(load, _keys, _options.SmallMeterRows, _ownTables);
            try
            {
                await WriteAsync(load, plan, cancellationToken);
                _ownTables = Math.Min(_options.MaxOwnTables, Math.Max(1, _ownTables * 2));
                return;
            }
            catch (Exception exception) when (EngineErrors.IsOutOfMemory(exception))
            {
                // Nothing of it was kept. Each table takes memory: with half as many, the rest goes to the shared one.
                if (plan.Own.Count == 0 || _ownTables == 0)
                {
                    throw new LoadTooLargeException(
                        $"The measurement store's memory of {_options.MemoryMegabytes} MB does not suffice for a load "
                        + $"of {load.Meters.Sum(rows => rows.Count)} measurements: {exception.Message}",
                        exception);
                }
                _ownTables = Math.Min(_ownTables, plan.Own.Count) / 2;
            }
        }
    }

    private async Task WriteAsync(MeasurementLoad load, LoadPlan plan, CancellationToken cancellationToken)
    {
        // A table cannot be given a column while its rows are being moved.
        if (plan.AltersTables)
            await _sorting.WaitAsync(cancellationToken);
        try
        {
            await _writing.WaitAsync(cancellationToken);
            try
            {
                await Task.Run(() => new LoadTransaction(_writer, _loader, _keys).Run(load, plan), cancellationToken);
                _bookkeeping.Added(load.Tallies.Count);
            }
            finally
            {
                _writing.Release();
            }
        }
        finally
        {
            if (plan.AltersTables)
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
                () => new UsageSorter(_sorter, _keys, _options.SmallMeterRows).TakeStep(Nanoseconds.OfBound(closedBefore), cancellationToken),
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
    public async Task<bool> CompactAsync(LogPosition logStart, CancellationToken cancellationToken)
    {
        await _sorting.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(() => _bookkeeping.TakeStep(logStart.Value), cancellationToken);
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
                var since = Nanoseconds.OfBound(receivedSince);
                StoredUids.VisitShared(connection, keys, organizations, since, visit, cancellationToken);
                var sorted = UsageParts.ReadAll(connection).Select(part => part.Meter).ToHashSet();
                foreach (var ((organization, _), meter) in keys.Meters)
                {
                    if (!keys.Own.ContainsKey(meter) && !sorted.Contains(meter))
                        continue;
                    var visitor = new StoredUids(organizations[organization], visit);
                    var source = keys.SourceOf(meter) with { Shared = null };
                    ChunkReader.Read(
                        connection,
                        FormattableString.Invariant(
                            $"""
                            SELECT uuid, {keys.FindUids(meter) ?? "NULL::VARCHAR"}, sequence
                            FROM {UsageParts.Relation(connection, source)} WHERE received_at >= {since}
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
    public Task<LoadedDays> ReadTalliesAsync(string organizationId, CancellationToken cancellationToken) =>
        _sessions.RunAsync(
            connection => ConservationRows.ReadTallies(connection, organizationId), cancellationToken);

    /// <inheritdoc/>
    public Task<CountedDays> CountRowsAsync(
        string organizationId, Instant receivedSince, CancellationToken cancellationToken) =>
        _sessions.RunAsync(
            connection => new CountedDays(
                ConservationRows.ReadTallies(connection, organizationId).Days,
                ConservationRows.Count(
                    connection, organizationId, Nanoseconds.OfBound(receivedSince), cancellationToken)),
            cancellationToken);

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
