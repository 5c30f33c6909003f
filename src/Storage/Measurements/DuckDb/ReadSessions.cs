using System.Collections.Concurrent;
using DuckDB.NET.Data;
using DuckDB.NET.Native;
using Tallystick.Metering.Measurements;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>Connections for reading. What one reads within a session is of one moment.</summary>
internal sealed class ReadSessions(string connectionText, QueryThreads threads) : IDisposable
{
    private const int MostIdle = 8;
    private readonly ConcurrentBag<DuckDBConnection> _idle = [];

    /// <summary>
    /// Reads on a thread of its own, since a read blocks for long and the pool's threads serve everybody. A cancelled
    /// read ends at once. Callers limit how many run at a time.
    /// </summary>
    /// <exception cref="UsageMemoryException">There is not enough memory for it.</exception>
    public Task<T> RunAsync<T>(Func<DuckDBConnection, T> read, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(
            () => Run(read, cancellationToken), cancellationToken, TaskCreationOptions.LongRunning,
            TaskScheduler.Default);

    private T Run<T>(Func<DuckDBConnection, T> read, CancellationToken cancellationToken)
    {
        var connection = Take();
        var isWell = false;
        threads.Begin();
        try
        {
            using (var transaction = connection.BeginTransaction())
            using (new Interruption(connection, cancellationToken))
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
        catch (DuckDBException exception) when (IsOutOfMemory(exception))
        {
            throw new UsageMemoryException(exception);
        }
        finally
        {
            threads.End();
            if (isWell && _idle.Count < MostIdle)
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
    }

    private static bool IsOutOfMemory(DuckDBException exception) =>
        exception.ErrorType == DuckDBErrorType.OutOfMemory
        || exception.Message.Contains("failed to pin block", StringComparison.Ordinal)
        || exception.Message.Contains("could not allocate block", StringComparison.Ordinal);

    private DuckDBConnection Take()
    {
        if (_idle.TryTake(out var idle))
            return idle;
        var connection = new DuckDBConnection(connectionText);
        connection.Open();
        return connection;
    }
}
