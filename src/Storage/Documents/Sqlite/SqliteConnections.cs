using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using Tallystick.Storage.Documents.Relational;

namespace Tallystick.Storage.Documents.Sqlite;

/// <summary>Opens the connections to one file and pools those for reading.</summary>
internal sealed class SqliteConnections(string path) : IAsyncDisposable
{
    /// <summary>More would only queue for the processor: a read is short and never waits for a writer.</summary>
    private const int MaxReaders = 8;

    /// <summary>
    /// Page size of a new file. A change writes one or two pages of each index it touches and waits until they are on
    /// disk; small pages shorten the wait.
    /// </summary>
    private const int PageBytes = 2048;

    /// <summary>
    /// Memory for pages (32 MiB) of the connection for writing. A change of many documents touches far more pages than
    /// the default of 2 MB holds.
    /// </summary>
    private const int CacheKibibytes = 32 << 10;

    /// <summary>
    /// Pages in the write-ahead file (16 MiB) at which it is copied to the database file. Most pages are rewritten
    /// often, and a checkpoint copies each only once.
    /// </summary>
    private const int CheckpointPages = 8_000;

    /// <summary>The file.</summary>
    internal string Path => path;

    private readonly SqliteDialect _dialect = new();
    private readonly ConcurrentBag<SqlRunner> _idle = [];
    private readonly SemaphoreSlim _free = new(MaxReaders);
    private bool _isDisposed;
    private SqliteConnection? _writer;

    /// <summary>Keeps the write-ahead file when the connection for writing is closed.</summary>
    internal void KeepLogAtClosing() =>
        _ = raw.sqlite3_db_config(_writer!.Handle, raw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, out _);

    /// <summary>Opens the connection for writing. Its commits are durable.</summary>
    internal Task<SqlRunner> OpenWriterAsync(CancellationToken cancellationToken) => OpenAsync(
        SqliteOpenMode.ReadWriteCreate,
        $"PRAGMA page_size = {PageBytes}; PRAGMA synchronous = FULL; PRAGMA cache_size = -{CacheKibibytes}; "
            + $"PRAGMA wal_autocheckpoint = {CheckpointPages}",
        cancellationToken);

    /// <summary>
    /// Switches to a write-ahead file, which new files and backup copies do not use yet. It writes to the file, so call
    /// it after the checks.
    /// </summary>
    internal static Task UseLogAsync(SqlRunner writer, CancellationToken cancellationToken) =>
        writer.ExecuteAsync("PRAGMA journal_mode = WAL", cancellationToken);

    /// <summary>Lends a connection for reading; disposing the loan gives it back.</summary>
    internal async ValueTask<Loan> RentReaderAsync(CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            var runner = _idle.TryTake(out var idle)
                ? idle
                : await OpenAsync(SqliteOpenMode.ReadOnly, "PRAGMA query_only = TRUE", cancellationToken);
            return new Loan(this, runner);
        }
        catch
        {
            _free.Release();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        for (var i = 0; i < MaxReaders; i++)
            await _free.WaitAsync();
        _isDisposed = true;
        while (_idle.TryTake(out var runner))
            await runner.DisposeAsync();
        _free.Release(MaxReaders);
    }

    private async Task<SqlRunner> OpenAsync(SqliteOpenMode mode, string settings, CancellationToken cancellationToken)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = mode,
            Pooling = false,
        }.ToString());
        try
        {
            await connection.OpenAsync(cancellationToken);
            if (mode == SqliteOpenMode.ReadWriteCreate)
                _writer = connection;
            var runner = new SqlRunner(connection, _dialect);
            await runner.ExecuteAsync($"PRAGMA busy_timeout = 10000; {settings}", cancellationToken);
            return runner;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>A connection for reading, lent to one caller.</summary>
    internal readonly struct Loan(SqliteConnections owner, SqlRunner runner) : IAsyncDisposable
    {
        internal SqlRunner Runner => runner;

        public ValueTask DisposeAsync()
        {
            owner._idle.Add(runner);
            owner._free.Release();
            return ValueTask.CompletedTask;
        }
    }
}
