using Microsoft.Data.Sqlite;
using Tallystick.Resources.Documents;
using Tallystick.Storage.Documents.Relational;

namespace Tallystick.Storage.Documents.Sqlite;

/// <summary>
/// Documents in one SQLite file, for one process. Changes of all organizations run sequentially on a single connection;
/// concurrent changes of one organization share a commit. Readers see the last committed change and never wait for a
/// writer.
/// </summary>
public sealed class SqliteDocumentStore : IDocumentStore
{
    private readonly SqliteConnections _connections;
    private readonly TableLayouts _tables;
    private readonly WriteQueue _lane;
    private readonly SqliteDirtyMark _mark;
    private bool _isDisposed;

    private SqliteDocumentStore(SqliteConnections connections, TableLayouts tables, SqlRunner writer)
    {
        (_connections, _tables, Writer) = (connections, tables, writer);
        _mark = new SqliteDirtyMark(writer);
        _lane = new WriteQueue(tables, OpenAsync, _ => null)
        {
            Release = _ => ValueTask.CompletedTask,
            IsOptimistic = false,
            IsLost = _ => false,
        };
    }

    /// <summary>The connection for writing, on which tests limit the size of the file.</summary>
    internal SqlRunner Writer { get; }

    /// <summary>Opens the file, creates it if missing, and upgrades it to the declared kinds.</summary>
    /// <param name="path">The file.</param>
    /// <param name="kinds">The declared kinds.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <param name="acceptsLoss">Whether to open the file although its write-ahead file is lost.</param>
    /// <param name="check">Reads the documents before the upgrade is committed. If it throws, nothing changes.</param>
    /// <exception cref="StoreUnavailableException">
    /// The file cannot be opened, is not a database, has lost its write-ahead file, or was written by a newer version.
    /// </exception>
    /// <exception cref="ArgumentException">The kinds have malformed or clashing names.</exception>
    public static async Task<SqliteDocumentStore> OpenAsync(
        string path, IReadOnlyList<DocumentKind> kinds, CancellationToken cancellationToken, bool acceptsLoss = false,
        Func<IDocumentReader, Task>? check = null)
    {
        var (hasFile, hasLog) = (File.Exists(path), File.Exists(SqliteDirtyMark.LogOf(path)));
        var tables = new TableLayouts(kinds);
        var connections = new SqliteConnections(path);
        SqlRunner? writer = null;
        try
        {
            writer = await connections.OpenWriterAsync(cancellationToken);
            if (!hasLog && !acceptsLoss && await SqliteDirtyMark.IsSetAsync(writer, cancellationToken))
                throw LogIsLost(path);
            await new StoreUpgrade(writer).RunAsync(tables, cancellationToken, check);
            await SqliteConnections.UseLogAsync(writer, cancellationToken);
            await SqliteStatistics.WriteAsync(writer, tables, cancellationToken);
            return new SqliteDocumentStore(connections, tables, writer);
        }
        catch (Exception failure)
        {
            if (writer is not null)
            {
                // Moving the changes into the database file would change both files, and the remaining mark would
                // report a loss.
                if (hasLog)
                    connections.KeepLogAtClosing();
                await writer.DisposeAsync();
                if (!hasFile)
                    RemoveEmpty(path);
            }
            if (failure is not SqliteException)
                throw;
            throw new StoreUnavailableException($"The database {path} cannot be opened: {failure.Message}", failure);
        }
    }

    /// <inheritdoc />
    public async ValueTask<Document?> FindAsync(
        DocumentKind kind, string organizationId, string id, CancellationToken cancellationToken) =>
        await Outages.TranslateAsync(Writer.Dialect, async () =>
        {
            await using var reader = await _connections.RentReaderAsync(cancellationToken);
            return await new DocumentReader(reader.Runner, _tables)
                .FindAsync(kind, organizationId, id, cancellationToken);
        });

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<Document>> QueryAsync(
        DocumentKind kind, string organizationId, DocumentQuery query, CancellationToken cancellationToken) =>
        await Outages.TranslateAsync(Writer.Dialect, async () =>
        {
            await using var reader = await _connections.RentReaderAsync(cancellationToken);
            return await new DocumentReader(reader.Runner, _tables)
                .QueryAsync(kind, organizationId, query, cancellationToken);
        });

    /// <inheritdoc />
    public async Task<T> TransactAsync<T>(
        string organizationId, Func<IDocumentTransaction, ValueTask<T>> work, CancellationToken cancellationToken)
    {
        StorableText.Require(organizationId, "organization_id");
        return await Outages.TranslateAsync(
            Writer.Dialect, () => _lane.RunAsync(organizationId, work, cancellationToken));
    }

    /// <summary>Copies a consistent snapshot of the documents to a new file while changes continue.</summary>
    /// <param name="path">The file.</param>
    /// <param name="atThatMoment">Called at the moment of the snapshot, while no change is in progress.</param>
    /// <param name="cancellationToken">Cancels the operation, except for the copying itself.</param>
    public async Task CopyToAsync(string path, Action atThatMoment, CancellationToken cancellationToken)
    {
        await using var from = new SqliteConnection(ConnectionText(_connections.Path, SqliteOpenMode.ReadOnly));
        await from.OpenAsync(cancellationToken);
        await _lane.RunAsync(
            "",
            _ =>
            {
                // A transaction sees the state of the database as of its first read.
                Execute(from, "BEGIN");
                Execute(from, "SELECT count(*) FROM sqlite_schema");
                atThatMoment();
                return ValueTask.FromResult(true);
            },
            cancellationToken);
        await using var to = new SqliteConnection(ConnectionText(path, SqliteOpenMode.ReadWriteCreate));
        await to.OpenAsync(cancellationToken);
        await Task.Run(() => from.BackupDatabase(to), CancellationToken.None);
        // With this, the copy consists of a single file.
        Execute(to, "PRAGMA journal_mode = DELETE");
        Execute(to, "PRAGMA user_version = 0");
    }

    /// <summary>Waits for the running change, then closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, true))
            return;
        await _lane.CloseAsync();
        if (!await _mark.TryClearAsync())
            _connections.KeepLogAtClosing();
        await _connections.DisposeAsync();
        await Writer.DisposeAsync();
    }

    // Opening creates the file, so remove it again if it is still empty.
    private static void RemoveEmpty(string path)
    {
        if (new FileInfo(path) is { Exists: true, Length: 0 })
            File.Delete(path);
    }

    private static string ConnectionText(string path, SqliteOpenMode mode) =>
        new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false }.ToString();

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private async ValueTask<SqlRunner> OpenAsync()
    {
        await _mark.SetAsync();
        return Writer;
    }

    private static StoreUnavailableException LogIsLost(string path) => new(
        $"The database {path} was copied while in use, or its process was killed, and its write-ahead file "
        + $"{SqliteDirtyMark.LogOf(path)} is missing: the latest changes are lost. Put the file back, or restore the "
        + $"data directory from a backup. If you have no backup, start once with {DataDirectory.AcceptLossOption}; "
        + "docs/operations.md explains what is lost.");
}
