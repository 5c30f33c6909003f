using System.IO.Hashing;
using System.Net.Sockets;
using System.Text;
using Npgsql;
using Tallystick.Resources.Documents;
using Tallystick.Storage.Documents.Relational;

namespace Tallystick.Storage.Documents.PostgreSql;

/// <summary>
/// Documents in the schema <c>tallystick</c> of a PostgreSQL database. Any number of processes can use it correctly,
/// because a change first takes the lock of its organization. Only a process with exclusive use
/// (<see cref="PostgresExclusiveUse"/>) may cache documents on top of it.
/// </summary>
public sealed class PostgresDocumentStore : IDocumentStore
{
    /// <summary>
    /// Number of changes that run concurrently in this process. Waiting changes queue here, by organization, and hold
    /// no connection, so many waiting changes of one organization leave connections for others.
    /// </summary>
    private const int Lanes = 16;

    /// <summary>
    /// Defaults that the connection string can override, because it follows them. Sessions have no state to reset,
    /// because locks end with their transaction. A hanging server is given up after seconds.
    /// </summary>
    private const string Defaults =
        "Max Auto Prepare=200;No Reset On Close=true;Timeout=5;Command Timeout=15;Cancellation Timeout=1000;";

    private readonly NpgsqlDataSource _source;
    private readonly TableLayouts _tables;
    private readonly PostgresDialect _dialect = new();
    private readonly WriteQueue[] _lanes;

    private PostgresDocumentStore(NpgsqlDataSource source, TableLayouts tables)
    {
        (_source, _tables) = (source, tables);
        _lanes = [.. Enumerable.Range(0, Lanes).Select(_ => NewLane())];
    }

    /// <summary>Connects to the database and upgrades it to the declared kinds.</summary>
    /// <param name="connectionString">The connection string.</param>
    /// <param name="kinds">The declared kinds.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <param name="check">Reads the documents before the upgrade is committed. If it throws, nothing changes.</param>
    /// <exception cref="StoreUnavailableException">
    /// The server is unreachable or refuses the connection, or a newer version wrote the store.
    /// </exception>
    /// <exception cref="ArgumentException">The connection string or the names of the kinds are malformed.</exception>
    public static async Task<PostgresDocumentStore> OpenAsync(
        string connectionString, IReadOnlyList<DocumentKind> kinds, CancellationToken cancellationToken,
        Func<IDocumentReader, Task>? check = null)
    {
        var tables = new TableLayouts(kinds);
        var settings = new NpgsqlConnectionStringBuilder(Defaults + connectionString);
        var source = NpgsqlDataSource.Create(settings);
        var store = new PostgresDocumentStore(source, tables);
        try
        {
            await using var runner = await store.ConnectAsync(cancellationToken);
            // Filling a new column may take a long time.
            runner.HasTimeLimit = false;
            await RequireUnicodeAsync(runner, cancellationToken);
            await new StoreUpgrade(runner).RunAsync(tables, cancellationToken, check);
            return store;
        }
        catch (Exception failure)
        {
            await store.DisposeAsync();
            if (IsUnreachable(failure))
                throw Unavailable(connectionString, failure);
            throw;
        }
    }

    /// <summary>Whether the server is unreachable or refuses the connection.</summary>
    internal static bool IsUnreachable(Exception failure) =>
        failure is NpgsqlException or SocketException or TimeoutException or IOException;

    /// <summary>The exception for a server that is unreachable or refuses the connection.</summary>
    internal static StoreUnavailableException Unavailable(string connectionString, Exception failure) =>
        new($"{PlaceOf(connectionString)} cannot be used: {failure.Message}", failure);

    /// <summary>The location of a database for messages, without user and password.</summary>
    public static string PlaceOf(string connectionString)
    {
        var address = new NpgsqlConnectionStringBuilder(connectionString);
        return $"The PostgreSQL database {address.Database} on {address.Host}";
    }

    /// <inheritdoc />
    public async ValueTask<Document?> FindAsync(
        DocumentKind kind, string organizationId, string id, CancellationToken cancellationToken) =>
        await Outages.TranslateAsync(_dialect, async () =>
        {
            await using var runner = await ConnectAsync(cancellationToken);
            return await new DocumentReader(runner, _tables).FindAsync(kind, organizationId, id, cancellationToken);
        });

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<Document>> QueryAsync(
        DocumentKind kind, string organizationId, DocumentQuery query, CancellationToken cancellationToken) =>
        await Outages.TranslateAsync(_dialect, async () =>
        {
            await using var runner = await ConnectAsync(cancellationToken);
            return await new DocumentReader(runner, _tables)
                .QueryAsync(kind, organizationId, query, cancellationToken);
        });

    /// <inheritdoc />
    public async Task<T> TransactAsync<T>(
        string organizationId, Func<IDocumentTransaction, ValueTask<T>> work, CancellationToken cancellationToken)
    {
        StorableText.Require(organizationId, "organization_id");
        var lane = _lanes[unchecked((ulong)Hash(organizationId)) % Lanes];
        return await Outages.TranslateAsync(_dialect, () => lane.RunAsync(organizationId, work, cancellationToken));
    }

    /// <summary>Waits for the running changes, then closes all connections.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var lane in _lanes)
            await lane.CloseAsync();
        await _source.DisposeAsync();
    }

    private static long Hash(string organizationId) =>
        unchecked((long)XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(organizationId)));

    private static SqlText Lock(string organizationId) =>
        SqlText.Unread().Append("SELECT pg_advisory_xact_lock(").Value(Hash(organizationId)).Append(")");

    private WriteQueue NewLane() => new(_tables, () => ConnectAsync(CancellationToken.None), Lock)
    {
        Release = runner => runner.DisposeAsync(),
        IsOptimistic = true,
        IsLost = PostgresDialect.IsLost,
    };

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
