using DuckDB.NET.Data;
using NodaTime;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Usage;
using Tallystick.Resources.Documents;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>The measurement store as one DuckDB file. Only one process at a time can use it.</summary>
public sealed partial class DuckDbMeasurementStore
    : ILoadTarget, IUsageQueries, IIngestLedger, IUidSource, IUsageRemoval, IStoreMaintenance, IAsyncDisposable
{
    // One process keeps one partition.
    private const int Partition = 0;

    // After a load ran out of memory, this many loads in a row must fit before loads get more tables again: each
    // failure ends all reads.
    private const int LoadsBeforeGrowth = 32;

    private readonly DuckDbOptions _options;
    private readonly OpenedFile _file;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly SemaphoreSlim _sorting = new(1, 1);
    private int _ownTables;
    private int _loadsInRow;

    internal DuckDbMeasurementStore(DuckDbOptions options, OpenedFile file) =>
        (_options, _file, _ownTables) = (options, file, options.MaxOwnTables);

    /// <summary>Opens the store in a file, creating the file if missing.</summary>
    /// <exception cref="StoreUnavailableException">The file is damaged, of a newer version, or in use.</exception>
    public static async Task<DuckDbMeasurementStore> OpenAsync(
        string path, DuckDbOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new DuckDbOptions();
        return await Task.Run(
            () => new DuckDbMeasurementStore(options, new OpenedFile(path, options, Engine.Open(path, options))),
            cancellationToken);
    }

    /// <inheritdoc/>
    public IReadOnlyCollection<string> OrganizationIds => _file.OrganizationIds;

    /// <summary>
    /// One row group of the engine: it writes whole row groups straight to its file, and smaller ones twice.
    /// </summary>
    public int PreferredLoadSize => 122_880;

    /// <inheritdoc/>
    public async ValueTask<LogPosition> FindPositionAsync(int partition, CancellationToken cancellationToken)
    {
        RequireOnly(partition);
        var positions = await ReadAsync(
            connection => connection.Command("SELECT position FROM state"), row => row.GetInt64(0), cancellationToken);
        return new LogPosition(positions[0]);
    }

    /// <summary>The id of the installation that the measurements belong to; null if none is set yet.</summary>
    public async Task<string?> FindInstallationAsync(CancellationToken cancellationToken)
    {
        var ids = await ReadAsync(
            connection => connection.Command("SELECT id FROM installation"), row => row.GetString(0),
            cancellationToken);
        return ids.SingleOrDefault();
    }

    /// <summary>Sets the id of the store's installation.</summary>
    public Task SetInstallationAsync(string id, CancellationToken cancellationToken) => WriteAsync(
        engine =>
        {
            using var transaction = engine.Writer.BeginTransaction();
            engine.Writer.Execute("DELETE FROM installation");
            engine.Writer.Execute("INSERT INTO installation VALUES ($1)", id);
            engine.Commits.Commit(transaction);
        },
        cancellationToken);

    /// <summary>
    /// Makes loading continue at another position of the log, when the records in between are known to be lost.
    /// </summary>
    public Task MoveToAsync(LogPosition position, CancellationToken cancellationToken) => WriteAsync(
        engine =>
        {
            using var transaction = engine.Writer.BeginTransaction();
            engine.Writer.Execute("UPDATE state SET position = $1", position.Value);
            engine.Commits.Commit(transaction);
        },
        cancellationToken);

    /// <summary>
    /// Writes everything stored so far to the file, then keeps the file stable so that it can be copied without its
    /// write-ahead log while loads continue.
    /// </summary>
    public async Task<CheckpointHold> HoldCheckpointsAsync(CancellationToken cancellationToken)
    {
        await _file.ReopenAfterFaultAsync();
        return await _file.UseAsync(
            async engine =>
            {
                await HoldAsync(engine, cancellationToken);
                // Nothing may wait for the end of the hold: a copy may take hours, or its reader may hang.
                return new CheckpointHold(() => _file.IsOpenIn(engine), () => ReleaseHoldAsync(engine));
            },
            cancellationToken);
    }

    private async Task ReleaseHoldAsync(Engine held)
    {
        try
        {
            await _file.UseAsync(
                engine => engine == held && engine.Commits.Fault is null
                    ? ReleaseAsync(engine)
                    : Task.FromResult(false),
                CancellationToken.None);
        }
        catch (StoreUnavailableException)
        {
            // The file is closed, so the hold has ended.
        }
    }

    private async Task HoldAsync(Engine engine, CancellationToken cancellationToken)
    {
        await _sorting.WaitAsync(cancellationToken);
        try
        {
            await WriteAsync(
                engine,
                one =>
                {
                    one.SetCheckpoint(null);
                    one.Writer.Execute("CHECKPOINT");
                },
                cancellationToken);
        }
        catch
        {
            await ReleaseAsync(engine);
            throw;
        }
        finally
        {
            _sorting.Release();
        }
    }

    private Task<bool> ReleaseAsync(Engine engine) =>
        WriteAsync(engine, one => one.SetCheckpoint(_options.CheckpointMegabytes), CancellationToken.None);

    /// <inheritdoc/>
    public async ValueTask<LoadOutcome> ApplyAsync(MeasurementLoad load, CancellationToken cancellationToken)
    {
        RequireOnly(load.Partition);
        var isAlone = false;
        var ownTables = 0;
        var outcome = LoadOutcome.Applied;
        while (true)
        {
            try
            {
                if (isAlone)
                {
                    await _file.RunExclusiveAsync(WriteAsync);
                }
                else
                {
                    await _file.ReopenAfterFaultAsync();
                    await _file.UseAsync(WriteAsync, cancellationToken);
                }
                if (_ownTables < _options.MaxOwnTables && ++_loadsInRow % LoadsBeforeGrowth == 0)
                    _ownTables = Math.Min(_options.MaxOwnTables, Math.Max(1, _ownTables * 2));
                return outcome;
            }
            catch (Exception exception) when (!isAlone && EngineErrors.IsOutOfMemory(exception))
            {
                // Nothing of the load was stored. Retry it without concurrent reads, which may have taken the memory.
                isAlone = true;
            }
            catch (Exception exception) when (EngineErrors.IsOutOfMemory(exception))
            {
                // Each table takes memory: retry with half as many, and load the other meters into the shared table.
                if (ownTables == 0 || _ownTables == 0)
                {
                    throw new LoadTooLargeException(
                        $"The measurement store's memory of {_options.MemoryMegabytes} MB is too small for a load of "
                        + $"{load.Meters.Sum(rows => rows.Count)} measurements: {exception.Message}",
                        exception);
                }
                _ownTables = Math.Min(_ownTables, ownTables) / 2;
                _loadsInRow = 0;
            }
        }

        async Task<bool> WriteAsync(Engine engine)
        {
            var tables = LoadTables.Make(load, engine.Keys, _options.SmallMeterRows, _ownTables);
            ownTables = tables.Own.Count;
            outcome = await this.WriteAsync(engine, load, tables, cancellationToken);
            return true;
        }
    }

    private async Task<LoadOutcome> WriteAsync(
        Engine engine, MeasurementLoad load, LoadTables tables, CancellationToken cancellationToken)
    {
        var outcome = LoadOutcome.Applied;
        // A column cannot be added to a table while its rows are being moved.
        if (tables.AltersTables)
            await _sorting.WaitAsync(cancellationToken);
        try
        {
            await WriteAsync(
                engine,
                _ =>
                {
                    outcome = new LoadTransaction(engine).Run(load, tables);
                    if (outcome == LoadOutcome.Applied)
                        engine.Bookkeeping.Added(load.Tallies);
                },
                cancellationToken);
            return outcome;
        }
        finally
        {
            if (tables.AltersTables)
                _sorting.Release();
        }
    }

    /// <inheritdoc/>
    public async Task<bool> RunStepAsync(
        Instant closedBefore, LogPosition logStart, CancellationToken cancellationToken) =>
        await SortAsync(closedBefore, cancellationToken)
            || await CompactAsync(logStart, cancellationToken)
            || await RewriteAsync(cancellationToken);

    /// <summary>Takes a step in sorting the measurements of closed days, which makes reading them fast.</summary>
    /// <returns>False if there was nothing to do.</returns>
    public Task<bool> SortAsync(Instant closedBefore, CancellationToken cancellationToken) => MaintainAsync(
        engine => new UsageSorter(
                engine.Sorter, engine.Keys, engine.Commits, _options.SmallMeterRows, engine.ReleaseMemory)
            .TakeStep(Nanoseconds.OfBound(closedBefore), cancellationToken),
        cancellationToken);

    /// <summary>Takes a step in compacting the bookkeeping of loads.</summary>
    /// <returns>False if there was nothing to do.</returns>
    public Task<bool> CompactAsync(LogPosition logStart, CancellationToken cancellationToken) =>
        MaintainAsync(engine => engine.Bookkeeping.TakeStep(logStart.Value), cancellationToken);

    /// <inheritdoc/>
    public Task VisitUidsAsync(
        int partition, Instant receivedSince, UidVisitor visit, CancellationToken cancellationToken)
    {
        RequireOnly(partition);
        return _file.UseAsync(
            engine =>
            {
                var keys = engine.Keys.Snapshot();
                return engine.Sessions.RunAsync(
                    connection => StoredUids.Visit(connection, keys, receivedSince, visit, cancellationToken),
                    cancellationToken);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<UsageValue>> ReadAsync(
        UsageQuery query, CancellationToken cancellationToken) => _file.UseAsync(
        async engine => UsageSelection.Build(query, engine.Keys) is { } selection
            ? await engine.Sessions.RunAsync(selection.Read, cancellationToken)
            : [],
        cancellationToken);

    /// <inheritdoc/>
    public Task<ExplorerRows> ExploreAsync(
        UsageExploration query, CancellationToken cancellationToken) => _file.UseAsync(
        engine =>
        {
            // Take the snapshot before the transaction begins, so that every table and column in it exists.
            var keys = engine.Keys.Snapshot();
            return engine.Sessions.RunAsync(
                connection => query.Aggregations.Count == 0
                    ? ExplorerMeasurements.Read(connection, query, keys, cancellationToken)
                    : ExplorerGroups.Read(connection, query, keys),
                cancellationToken);
        },
        cancellationToken);

    /// <summary>Reads in a transaction; the keys are those before it began.</summary>
    internal Task<T> ReadPlannedAsync<T>(
        Func<KeyMaps, Func<DuckDBConnection, T>> plan, CancellationToken cancellationToken) => _file.UseAsync(
        engine => engine.Sessions.RunAsync(plan(engine.Keys), cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<LoadedDays> ReadTalliesAsync(string organizationId, CancellationToken cancellationToken) =>
        InSessionAsync(
            connection => ConservationRows.ReadTallies(connection, organizationId), cancellationToken);

    /// <inheritdoc/>
    public Task<CountedDays> CountRowsAsync(
        string organizationId, Instant receivedSince, CancellationToken cancellationToken) =>
        InSessionAsync(
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
        return await ReadAsync(
            connection => connection.Command(
                """
                SELECT f.sequence, f.type, f.detail, f.received_at, a.id
                FROM failures f LEFT JOIN accounts a ON a.key = f.account
                WHERE f.organization IN (SELECT key FROM organizations WHERE id = $1)
                    AND f.sequence < $2 AND f.received_at >= $3
                ORDER BY f.sequence DESC LIMIT $4
                """,
                organizationId, before.Value, Nanoseconds.OfBound(receivedSince), limit),
            row => new FailedMeasurement(
                organizationId, (IngestFailure)row.GetInt32(1), row.TextOrNull(2),
                Nanoseconds.ToInstant(row.GetInt64(3)), new LogPosition(row.GetInt64(0)), row.TextOrNull(4)),
            cancellationToken);
    }

    /// <summary>Closes the file.</summary>
    public ValueTask DisposeAsync() => _file.DisposeAsync();

    // Sorting and bookkeeping never run at the same time.
    private async Task<bool> MaintainAsync(Func<Engine, bool> step, CancellationToken cancellationToken)
    {
        await _file.ReopenAfterFaultAsync();
        return await _file.UseAsync(
            async engine =>
            {
                await _sorting.WaitAsync(cancellationToken);
                try
                {
                    return await Task.Run(() => step(engine), cancellationToken);
                }
                catch (Exception exception)
                {
                    engine.Commits.Note(exception);
                    throw;
                }
                finally
                {
                    _sorting.Release();
                }
            },
            cancellationToken);
    }

    private static void RequireOnly(int partition) =>
        ArgumentOutOfRangeException.ThrowIfNotEqual(partition, Partition);

    private Task<bool> WriteAsync(Action<Engine> write, CancellationToken cancellationToken) =>
        _file.UseAsync(engine => WriteAsync(engine, write, cancellationToken), cancellationToken);

    private async Task<bool> WriteAsync(Engine engine, Action<Engine> write, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            await Task.Run(() => write(engine), cancellationToken);
            return true;
        }
        catch (Exception exception)
        {
            engine.Commits.Note(exception);
            throw;
        }
        finally
        {
            _writing.Release();
        }
    }

    private Task<T> InSessionAsync<T>(Func<DuckDBConnection, T> read, CancellationToken cancellationToken) =>
        _file.UseAsync(engine => engine.Sessions.RunAsync(read, cancellationToken), cancellationToken);

    private Task<List<T>> ReadAsync<T>(
        Func<DuckDBConnection, DuckDBCommand> prepare, Func<DuckDBDataReader, T> read,
        CancellationToken cancellationToken) =>
        InSessionAsync(
            connection =>
            {
                using var command = prepare(connection);
                return command.Read(read);
            },
            cancellationToken);
}
