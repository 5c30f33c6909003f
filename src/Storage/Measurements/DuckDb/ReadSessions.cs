using System.Collections.Concurrent;
using DuckDB.NET.Data;
using Tallystick.Metering.Measurements;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>Connections for reading. All reads within a session see the same snapshot.</summary>
internal sealed class ReadSessions(string connectionText) : IDisposable
{
    private const int MaxIdle = 8;
    private readonly ConcurrentBag<DuckDBConnection> _idle = [];
    private readonly ReadThreads _threads = new();
    private CancellationTokenSource _ending = new();

    /// <summary>
    /// Reads on a dedicated thread, because a read blocks for long and the thread pool is shared. A cancelled read ends
    /// at once. The caller limits the number of concurrent reads.
    /// </summary>
    /// <exception cref="UsageMemoryException">There is not enough memory for the read, or loading needs it.</exception>
    public Task<T> RunAsync<T>(Func<DuckDBConnection, T> read, CancellationToken cancellationToken) =>
        _threads.RunAsync(() => Run(read, cancellationToken), cancellationToken);

    /// <summary>
    /// Ends running reads, and new ones until <see cref="AllowReads"/>, because loading needs their memory.
    /// </summary>
    public void EndReads() => _ending.Cancel();

    /// <summary>Allows reads again.</summary>
    public void AllowReads() => _ending = new CancellationTokenSource();

    private T Run<T>(Func<DuckDBConnection, T> read, CancellationToken cancellationToken)
    {
        var connection = Take();
        var isWell = false;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ending.Token);
        try
        {
            using (var transaction = connection.BeginTransaction())
            using (new Interruption(connection, ended.Token))
            {
                var result = read(connection);
                transaction.Commit();
                isWell = true;
                return result;
            }
        }
        catch (Exception exception) when (
            exception is DuckDBException or IOException && cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(exception.Message, exception, cancellationToken);
        }
        catch (Exception exception) when (
            EngineErrors.IsOutOfMemory(exception)
            || (exception is DuckDBException or IOException or OperationCanceledException
                && ended.IsCancellationRequested && !cancellationToken.IsCancellationRequested))
        {
            throw new UsageMemoryException(exception);
        }
        finally
        {
            if (isWell && _idle.Count < MaxIdle)
                _idle.Add(connection);
            else
                connection.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        while (_idle.TryTake(out var connection))
            connection.Dispose();
        _threads.Dispose();
        _ending.Dispose();
    }

    private DuckDBConnection Take()
    {
        if (_idle.TryTake(out var idle))
            return idle;
        var connection = new DuckDBConnection(connectionText);
        connection.Open();
        return connection;
    }
}
