using System.IO.Hashing;
using System.Net.Sockets;
using System.Text;
using Npgsql;
using Tallystick.Storage.Documents.Relational;

namespace Tallystick.Storage.Documents.PostgreSql;

/// <summary>
/// Documents in the schema <c>tallystick</c> of a PostgreSQL database, for any number of processes. A change first
/// takes the lock of its organization, so that none of them ever has to run again.
/// </summary>
public sealed class PostgresDocumentStore : IDocumentStore
{
    /// <summary>
    /// Changes that run at once in this process. A change waits for its turn here, by organization, and holds no
    /// connection while it does: many waiting changes of one organization leave connections for everyone else.
    /// </summary>
    private const int Turns = 16;

    /// <summary>Settings that the connection string, which comes after them, may override.</summary>
    private const string Defaults = "Max Auto Prepare=200;";

    private readonly NpgsqlDataSource _source;
    private readonly TableLayouts _tables;
    private readonly PostgresDialect _dialect = new();
    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, Turns).Select(_ => new SemaphoreSlim(1))];

    private PostgresDocumentStore(NpgsqlDataSource source, TableLayouts tables) =>
        (_source, _tables) = (source, tables);

    /// <summary>Connects to the database and brings it to the declared kinds.</summary>
    /// <exception cref="StoreUnavailableException">
    /// The server is not reached or refuses, or a newer program wrote the store.
    /// </exception>
    /// <exception cref="ArgumentException">
    /// The connection string or the names of the kinds are malformed.
    /// </exception>
    public static async Task<PostgresDocumentStore> OpenAsync(
        string connectionString, IReadOnlyList<DocumentKind> kinds, CancellationToken cancellationToken)
    {
        var tables = new TableLayouts(kinds);
        var settings = new NpgsqlConnectionStringBuilder(Defaults + connectionString);
        var source = NpgsqlDataSource.Create(settings);
        var store = new PostgresDocumentStore(source, tables);
        try
        {
            await using var runner = await store.ConnectAsync(cancellationToken);
            await RequireUnicodeAsync(runner, cancellationToken);
            await new StoreUpgrade(runner).RunAsync(tables, cancellationToken);
            return store;
        }
        catch (Exception failure)
        {
            await store.DisposeAsync();
            if (failure is NpgsqlException or SocketException or TimeoutException)
            {
                throw new StoreUnavailableException(
                    $"The PostgreSQL database {settings.Database} on {settings.Host} cannot be used: {failure.Message}",
                    failure);
            }

            throw;
        }
    }

    /// <inheritdoc />
    public async ValueTask<Document?> FindAsync(
        DocumentKind kind, string organizationId, string id, CancellationToken cancellationToken)
    {
        await using var runner = await ConnectAsync(cancellationToken);
        return await new DocumentReader(runner, _tables).FindAsync(kind, organizationId, id, cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<Document>> QueryAsync(
        DocumentKind kind, string organizationId, DocumentQuery query, CancellationToken cancellationToken)
    {
        await using var runner = await ConnectAsync(cancellationToken);
        return await new DocumentReader(runner, _tables).QueryAsync(kind, organizationId, query, cancellationToken);
    }

    /// <inheritdoc />
    public async Task<T> TransactAsync<T>(
        string organizationId, Func<IDocumentTransaction, ValueTask<T>> work, CancellationToken cancellationToken)
    {
        StorableText.Require(organizationId, "organization_id");
        var hash = XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(organizationId));
        var turn = _turns[hash % Turns];
        await turn.WaitAsync(cancellationToken);
        try
        {
            await using var runner = await ConnectAsync(cancellationToken);
            var enter = new SqlText()
                .Append("SELECT pg_advisory_xact_lock(").Value(unchecked((long)hash)).Append(")");
            return await DocumentTransaction.RunAsync(
                runner, _tables, organizationId, enter, work, cancellationToken);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Closes all connections.</summary>
    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private async ValueTask<SqlRunner> ConnectAsync(CancellationToken cancellationToken) =>
        new(await _source.OpenConnectionAsync(cancellationToken), _dialect);

    private static async Task RequireUnicodeAsync(SqlRunner runner, CancellationToken cancellationToken)
    {
        var encoding = await runner.ReadAsync(
            new SqlText().Append("SHOW server_encoding"), row => row.GetString(0), cancellationToken);
        if (encoding[0] != "UTF8")
        {
            throw new StoreUnavailableException(
                $"The PostgreSQL database has the encoding {encoding[0]}. Create it with ENCODING 'UTF8'.");
        }
    }
}
