using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;
using Tallystick.Resources.Documents;
using Tallystick.Storage.Documents.Caching;
using Tallystick.Storage.Documents.PostgreSql;
using Tallystick.Storage.Documents.Relational;
using Tallystick.Storage.Documents.Sqlite;
using Tallystick.Testing;

namespace Tallystick.Storage.Tests.Documents;

/// <summary>An engine under test: makes a place for a store and opens stores there.</summary>
public abstract class StoreEngine : IAsyncDisposable
{
    /// <summary>The engine of the name, which is also what a child process is told.</summary>
    public static StoreEngine Named(string name) => name switch
    {
        nameof(SqliteEngine) => new SqliteEngine(),
        nameof(PostgresEngine) => new PostgresEngine(),
        _ => throw new ArgumentException(name),
    };

    public string Name => GetType().Name;

    /// <summary>Makes an empty place, where a store can be opened, and returns its address.</summary>
    public abstract Task<string> CreateAsync();

    public abstract Task<IDocumentStore> OpenAsync(
        string address, IReadOnlyList<DocumentKind> kinds, CancellationToken cancellationToken);

    /// <summary>Name of one of our own tables in SQL.</summary>
    public abstract string Table(string name);

    /// <summary>Runs SQL behind the store's back.</summary>
    public async Task ExecuteAsync(string address, string sql, CancellationToken cancellationToken)
    {
        await using var connection = Connect(address);
        await connection.OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Names of a table's indexes.</summary>
    public async Task<List<string>> IndexesAsync(string address, string table, CancellationToken cancellationToken)
    {
        var connection = Connect(address);
        await connection.OpenAsync(cancellationToken);
        await using var runner = new SqlRunner(connection, Dialect);
        return await runner.ReadAsync(
            new SqlText().Append(Dialect.IndexNames).Value(table), row => row.GetString(0), cancellationToken);
    }

    public abstract ValueTask DisposeAsync();

    internal abstract SqlDialect Dialect { get; }

    internal abstract DbConnection Connect(string address);
}

/// <summary>An engine whose stores remember documents, as the server uses them.</summary>
public sealed class CachedEngine(StoreEngine engine) : StoreEngine
{
    public override Task<string> CreateAsync() => engine.CreateAsync();

    public override async Task<IDocumentStore> OpenAsync(
        string address, IReadOnlyList<DocumentKind> kinds, CancellationToken cancellationToken) =>
        new CachedDocumentStore(await engine.OpenAsync(address, kinds, cancellationToken), new AssumedExclusiveUse());

    public override string Table(string name) => engine.Table(name);

    public override ValueTask DisposeAsync() => engine.DisposeAsync();

    internal override SqlDialect Dialect => engine.Dialect;

    internal override DbConnection Connect(string address) => engine.Connect(address);
}

public sealed class SqliteEngine : StoreEngine
{
    private readonly List<TemporaryDirectory> _directories = [];

    public override Task<string> CreateAsync()
    {
        var directory = new TemporaryDirectory();
        _directories.Add(directory);
        return Task.FromResult(directory.File("documents.db"));
    }

    public override async Task<IDocumentStore> OpenAsync(
        string address, IReadOnlyList<DocumentKind> kinds, CancellationToken cancellationToken) =>
        await SqliteDocumentStore.OpenAsync(address, kinds, cancellationToken);

    public override string Table(string name) => $"\"{name}\"";

    public override ValueTask DisposeAsync()
    {
        foreach (var directory in _directories)
            directory.Dispose();
        return ValueTask.CompletedTask;
    }

    internal override SqlDialect Dialect => new SqliteDialect();

    internal override DbConnection Connect(string address) =>
        new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = address, Pooling = false }.ToString());
}

public sealed class PostgresEngine : StoreEngine
{
    public override async Task<string> CreateAsync() => await (await PostgresCluster.Shared).CreateDatabaseAsync();

    public override async Task<IDocumentStore> OpenAsync(
        string address, IReadOnlyList<DocumentKind> kinds, CancellationToken cancellationToken) =>
        await PostgresDocumentStore.OpenAsync(address, kinds, cancellationToken);

    public override string Table(string name) => $"\"tallystick\".\"{name}\"";

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    internal override SqlDialect Dialect => new PostgresDialect();

    internal override DbConnection Connect(string address) =>
        new NpgsqlConnection(new NpgsqlConnectionStringBuilder(address) { Pooling = false }.ToString());
}
