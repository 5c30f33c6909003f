using Microsoft.Data.Sqlite;
using Tallystick.Storage.Documents.Relational;

namespace Tallystick.Storage.Documents.Sqlite;

/// <summary>
/// Documents in one SQLite file, for one process. Changes of all organizations run one after the other on a single
/// connection, those of one organization that come together with one commit; readers see the last committed change and
/// never wait for a writer.
/// </summary>
public sealed class SqliteDocumentStore : IDocumentStore
{
    private readonly SqliteConnections _connections;
    private readonly TableLayouts _tables;
    private readonly SqlRunner _writer;
    private readonly WriteLane _lane;
    private bool _isDisposed;

    private SqliteDocumentStore(SqliteConnections connections, TableLayouts tables, SqlRunner writer)
    {
        (_connections, _tables, _writer) = (connections, tables, writer);
        _lane = new WriteLane(tables, () => ValueTask.FromResult(writer), _ => null)
        {
            Release = _ => ValueTask.CompletedTask,
            IsTrusting = false,
        };
    }

    /// <summary>Opens the file, creates it where missing, and brings it to the declared kinds.</summary>
    /// <exception cref="StoreUnavailableException">
    /// It cannot be opened, is no database, or was written by a newer program.
    /// </exception>
    /// <exception cref="ArgumentException">The kinds have malformed or clashing names.</exception>
    public static async Task<SqliteDocumentStore> OpenAsync(
        string path, IReadOnlyList<DocumentKind> kinds, CancellationToken cancellationToken)
    {
        var tables = new TableLayouts(kinds);
        var connections = new SqliteConnections(path);
        SqlRunner? writer = null;
        try
        {
            writer = await connections.OpenWriterAsync(cancellationToken);
            await new StoreUpgrade(writer).RunAsync(tables, cancellationToken);
            await SqliteStatistics.WriteAsync(writer, tables, cancellationToken);
            return new SqliteDocumentStore(connections, tables, writer);
        }
        catch (Exception failure)
        {
            if (writer is not null)
                await writer.DisposeAsync();
            if (failure is not SqliteException)
                throw;
            throw new StoreUnavailableException($"The database {path} cannot be opened: {failure.Message}", failure);
        }
    }

    /// <inheritdoc />
    public async ValueTask<Document?> FindAsync(
        DocumentKind kind, string organizationId, string id, CancellationToken cancellationToken)
    {
        await using var reader = await _connections.RentReaderAsync(cancellationToken);
        return await new DocumentReader(reader.Runner, _tables)
            .FindAsync(kind, organizationId, id, cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<Document>> QueryAsync(
        DocumentKind kind, string organizationId, DocumentQuery query, CancellationToken cancellationToken)
    {
        await using var reader = await _connections.RentReaderAsync(cancellationToken);
        return await new DocumentReader(reader.Runner, _tables)
            .QueryAsync(kind, organizationId, query, cancellationToken);
    }

    /// <inheritdoc />
    public async Task<T> TransactAsync<T>(
        string organizationId, Func<IDocumentTransaction, ValueTask<T>> work, CancellationToken cancellationToken)
    {
        StorableText.Require(organizationId, "organization_id");
        return await _lane.RunAsync(organizationId, work, cancellationToken);
    }

    /// <summary>Waits for the change that is running, then closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, true))
            return;
        await _lane.CloseAsync();
        await _connections.DisposeAsync();
        await _writer.DisposeAsync();
    }
}
