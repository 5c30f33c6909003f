using System.Collections.Concurrent;
using DuckDB.NET.Data;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>Connections for reading. What one reads within a session is of one moment.</summary>
internal sealed class ReadSessions(string connectionText, QueryThreads threads) : IDisposable
{
    private const int MostIdle = 8;
    private readonly ConcurrentBag<DuckDBConnection> _idle = [];

    /// <summary>Reads on a thread of the pool; a cancelled read ends at once.</summary>
    public Task<T> RunAsync<T>(Func<DuckDBConnection, T> read, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            var connection = Take();
            var isWell = false;
            threads.Begin();
            try
            {
                using (var transaction = connection.BeginTransaction())
                using (cancellationToken.Register(
                    () => DuckDB.NET.Native.NativeMethods.Startup.DuckDBInterrupt(connection.NativeConnection)))
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
            finally
            {
                threads.End();
                if (isWell && _idle.Count < MostIdle)
                    _idle.Add(connection);
                else
                    connection.Dispose();
            }
        },
        cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        while (_idle.TryTake(out var connection))
            connection.Dispose();
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
