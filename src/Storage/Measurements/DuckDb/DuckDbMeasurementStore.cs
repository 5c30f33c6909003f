using System.Runtime.CompilerServices;
using DuckDB.NET.Data;
using NodaTime;
using Tallystick.Metering.Measurements;
using Tallystick.Storage.Documents;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>The measurement store as one DuckDB file, used by one process at a time.</summary>
public sealed class DuckDbMeasurementStore : IMeasurementStore, IAsyncDisposable
{
    private readonly string _connectionText;
    private readonly DuckDBConnection _writer;
    private readonly KeyMaps _keys;
    private readonly SemaphoreSlim _writing = new(1, 1);

    private DuckDbMeasurementStore(string connectionText, DuckDBConnection writer, DuckDbOptions options)
    {
        _connectionText = connectionText;
        _writer = writer;
        writer.Execute(FormattableString.Invariant($"SET checkpoint_threshold = '{options.CheckpointMegabytes}MB'"));
        DuckDbSchema.Prepare(writer);
        _keys = KeyMaps.Read(writer);
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
            ["threads"] = FormattableString.Invariant($"{options.Threads}"),
        }.ConnectionString;
        var writer = new DuckDBConnection(connectionText);
        try
        {
            return await Task.Run(
                () =>
                {
                    writer.Open();
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
    public async ValueTask<LogPosition> FindPositionAsync(CancellationToken cancellationToken)
    {
        var positions = await ReadAsync(
            connection => connection.Command("SELECT position FROM state"), row => row.GetInt64(0), cancellationToken);
        return new LogPosition(positions[0]);
    }

    /// <inheritdoc/>
    public async ValueTask LoadAsync(MeasurementLoad load, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            await Task.Run(() => new LoadTransaction(_writer, _keys).Run(load), cancellationToken);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ReceivedUid> ReadUidsAsync(
        Instant receivedSince, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var organizations = _keys.Organizations.ToDictionary(pair => pair.Value, pair => pair.Key);
        foreach (var ((organization, _), meter) in _keys.Meters)
        {
            var uids = await ReadAsync(
                connection => connection.Command(
                    $"SELECT uid, received_at FROM {KeyMaps.Table(meter)} WHERE received_at >= $1",
                    Nanoseconds.OfBound(receivedSince)),
                row => new ReceivedUid(
                    organizations[organization], row.GetString(0), Nanoseconds.ToInstant(row.GetInt64(1))),
                cancellationToken);
            foreach (var uid in uids)
                yield return uid;
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<UsageValue>> ReadAsync(UsageQuery query, CancellationToken cancellationToken)
    {
        if (UsageSql.Build(query, _keys) is not { } sql)
            return [];
        return await ReadAsync(
            connection =>
            {
                var command = connection.Command(sql.Text);
                foreach (var parameter in sql.Parameters)
                    command.Parameters.Add(parameter);
                return command;
            },
            row => new UsageValue(row.GetInt32(0), row.GetInt32(1), sql.Values.Read(row, 2)),
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<LoadTally> ConservationAsync(string organizationId, CancellationToken cancellationToken)
    {
        if (!_keys.Organizations.TryGetValue(organizationId, out var organization))
            return default;
        // The rows themselves are counted, not a sum kept beside them: the tally is there to find what went missing.
        var stored = _keys.Meters
            .Where(meter => meter.Key.Organization == organization)
            .Select(meter => $"(SELECT count(*) FROM {KeyMaps.Table(meter.Value)})");
        var tallies = await ReadAsync(
            connection => connection.Command(
                $"""
                SELECT accepted, {string.Join(" + ", stored.Prepend("0"))}, duplicate, failed
                FROM tallies WHERE organization = $1
                """,
                organization),
            row => new LoadTally(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3)),
            cancellationToken);
        return tallies[0];
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<StoredFailure>> ReadFailuresAsync(
        string organizationId, long afterSequence, int limit, CancellationToken cancellationToken)
    {
        if (!_keys.Organizations.TryGetValue(organizationId, out var organization))
            return [];
        return await ReadAsync(
            connection => connection.Command(
                """
                SELECT sequence, type, message, received_at, json FROM failures
                WHERE organization = $1 AND sequence > $2 ORDER BY sequence LIMIT $3
                """,
                organization, afterSequence, limit),
            row => new StoredFailure(
                row.GetInt64(0),
                new FailedMeasurement(
                    organizationId, Enum.Parse<IngestFailure>(row.GetString(1)), row.GetString(2),
                    Nanoseconds.ToInstant(row.GetInt64(3)), row.GetString(4))),
            cancellationToken);
    }

    /// <summary>Closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        await _writing.WaitAsync();
        await _writer.DisposeAsync();
        _writing.Dispose();
    }

    private Task<List<T>> ReadAsync<T>(
        Func<DuckDBConnection, DuckDBCommand> prepare, Func<DuckDBDataReader, T> read,
        CancellationToken cancellationToken) =>
        Task.Run(
            () =>
            {
                using var connection = new DuckDBConnection(_connectionText);
                connection.Open();
                using var command = prepare(connection);
                using var cancellation = cancellationToken.Register(command.Cancel);
                try
                {
                    return command.Read(read);
                }
                catch (DuckDBException) when (cancellationToken.IsCancellationRequested)
                {
                    throw new OperationCanceledException(cancellationToken);
                }
            },
            cancellationToken);
}
