using Npgsql;
using Tallystick.Resources.Documents;
using Tallystick.Storage.Documents.Caching;

namespace Tallystick.Storage.Documents.PostgreSql;

/// <summary>
/// An exclusive lock of one process on the database, held by a connection. If the connection is lost, the process has
/// no exclusive use until it reacquires the lock.
/// </summary>
public sealed class PostgresExclusiveUse : IExclusiveUse
{
    private const string TryLock = "SELECT pg_try_advisory_lock(7310586492015318)";

    private const string KeepAlive =
        "SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 4";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly string _address;
    private readonly CancellationTokenSource _stopping = new();
    private NpgsqlConnection? _connection;
    private Task _watching = Task.CompletedTask;
    private long _terms;
    private long _term;

    private PostgresExclusiveUse(string connectionString) =>
        _address = new NpgsqlConnectionStringBuilder(connectionString)
        {
            Pooling = false,
            KeepAlive = 10,
        }.ToString();

    /// <inheritdoc/>
    public long Term => Interlocked.Read(ref _term);

    /// <summary>Acquires the lock.</summary>
    /// <param name="connectionString">The database.</param>
    /// <param name="patience">How long to wait for another process, which may be stopping.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <exception cref="StoreUnavailableException">Another process holds the lock.</exception>
    public static async Task<PostgresExclusiveUse> TakeAsync(
        string connectionString, TimeSpan patience, CancellationToken cancellationToken)
    {
        var sole = new PostgresExclusiveUse(connectionString);
        using var patient = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patient.CancelAfter(patience);
        try
        {
            await sole.LockAsync(patient.Token);
        }
        catch (Exception failure) when (PostgresDocumentStore.IsUnreachable(failure))
        {
            await sole.DisposeAsync();
            throw PostgresDocumentStore.Unavailable(connectionString, failure);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            await sole.DisposeAsync();
            throw new StoreUnavailableException(
                "The PostgreSQL database is in use by another Tallystick server. Only one server can use a database, "
                + "as with a data directory. Stop the other server, or use another database.");
        }
        sole._watching = sole.WatchAsync();
        return sole;
    }

    /// <summary>Releases the lock.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
            return;
        await _stopping.CancelAsync();
        await _watching;
        if (_connection is not null)
            await _connection.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task LockAsync(CancellationToken cancellationToken)
    {
        _connection = await ConnectAsync(cancellationToken);
        await using var command = new NpgsqlCommand(TryLock, _connection);
        while (await command.ExecuteScalarAsync(cancellationToken) is not true)
            await Task.Delay(Pause, cancellationToken);
        Interlocked.Exchange(ref _term, ++_terms);
    }

    // Waits until the connection is lost, and then reconnects.
    private async Task WatchAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                if (Term == 0)
                    await LockAsync(_stopping.Token);
                await _connection!.WaitAsync(_stopping.Token);
            }
            catch (Exception) when (!_stopping.IsCancellationRequested)
            {
                // Whatever the error is: cached documents are valid only while the lock is known to be held.
                Interlocked.Exchange(ref _term, 0);
                if (_connection is not null)
                    await _connection.DisposeAsync();
                await Task.Delay(Pause, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception)
            {
                return; // stopping
            }
        }
    }

    // A session whose process or network is lost releases the lock within half a minute.
    private async Task<NpgsqlConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(_address);
        try
        {
            await connection.OpenAsync(cancellationToken);
            await using var command = new NpgsqlCommand(KeepAlive, connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
