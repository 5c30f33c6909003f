using System.Diagnostics;
using System.Text;
using Npgsql;
using Tallystick.Resources.Documents;
using Tallystick.Storage.Documents.Relational;
using Tallystick.Storage.Documents.Sqlite;
using Tallystick.Testing;

namespace Tallystick.Storage.Tests.Documents;

/// <summary>An engine that cannot serve is an outage, after a time limit, and holds up nobody afterwards.</summary>
public sealed class OutageTests
{
    private const string Acme = "acme";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Change_OnAFullDisk_IsAnOutageUntilThereIsRoom()
    {
        using var directory = new TemporaryDirectory();
        await using var store = await SqliteDocumentStore.OpenAsync(directory.File("db"), [Accounts.Kind], Token);
        await InsertAsync(store, "a");
        // Less than there are already, which the engine takes for just those.
        await store.Writer.ExecuteAsync("PRAGMA max_page_count = 1", Token);

        var outage = await Should.ThrowAsync<StoreOutageException>(InsertAsync(store, "b", 100_000));
        outage.Message.ShouldContain("full");
        (await store.FindAsync(Accounts.Kind, Acme, "b", Token)).ShouldBeNull();

        await store.Writer.ExecuteAsync("PRAGMA max_page_count = 1000000", Token);
        await InsertAsync(store, "b", 100_000);
        (await store.FindAsync(Accounts.Kind, Acme, "a", Token)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Store_WhoseDatabaseHangs_FailsAllThatWaitTogetherAndServesOnAfterwards()
    {
        const int Waiting = 30;
        var address = await (await PostgresCluster.Shared).CreateDatabaseAsync();
        await using var store = await new PostgresEngine().OpenAsync(
            address + ";Command Timeout=1", [Accounts.Kind], Token);
        await InsertAsync(store, "first");
        await using var holder = new NpgsqlConnection(address);
        await holder.OpenAsync(Token);
        var holding = await holder.BeginTransactionAsync(Token);
        await using (var command = new NpgsqlCommand("LOCK TABLE tallystick.account", holder))
            await command.ExecuteNonQueryAsync(Token);

        var begun = Stopwatch.GetTimestamp();
        await Should.ThrowAsync<StoreOutageException>(
            store.FindAsync(Accounts.Kind, Acme, "first", Token).AsTask());
        foreach (var change in Enumerable.Range(0, Waiting).Select(i => InsertAsync(store, $"{i}")).ToList())
            await Should.ThrowAsync<StoreOutageException>(change);
        // One after the other they would take a second each.
        Stopwatch.GetElapsedTime(begun).ShouldBeLessThan(TimeSpan.FromSeconds(Waiting / 2));

        await holding.RollbackAsync(Token);
        await InsertAsync(store, "last");
        (await store.QueryAsync(Accounts.Kind, Acme, new DocumentQuery(), Token)).Select(document => document.Id)
            .ShouldBe(["last", "first"]);
    }

    [Fact]
    public async Task Lane_WhoseConnectionCannotBeGivenBack_ServesTheNextChange()
    {
        using var directory = new TemporaryDirectory();
        var tables = new TableLayouts([Accounts.Kind]);
        await using var connections = new SqliteConnections(directory.File("db"));
        await using var runner = await connections.OpenWriterAsync(Token);
        await new StoreUpgrade(runner).RunAsync(tables, Token);
        var releases = 0;
        var lane = new WriteQueue(tables, () => ValueTask.FromResult(runner), _ => null)
        {
            Release = _ => releases++ == 0 ? throw new IOException("The connection is lost.") : ValueTask.CompletedTask,
            IsOptimistic = false,
            IsLost = _ => false,
        };

        await Should.ThrowAsync<IOException>(lane.RunAsync(Acme, Work, Token));

        (await lane.RunAsync(Acme, Work, Token).WaitAsync(TimeSpan.FromSeconds(30), Token)).ShouldBeTrue();
        await lane.CloseAsync();
    }

    private static ValueTask<bool> Work(IDocumentTransaction change) => ValueTask.FromResult(true);

    private static Task InsertAsync(IDocumentStore store, string id, int bytes = 2) => store.TransactAsync(
        Acme,
        async change =>
        {
            // So that each change by itself waits for the engine.
            await change.FindAsync(Accounts.Kind, Acme, id, Token);
            await change.InsertAsync(
                Accounts.Kind, Acme,
                Accounts.Write(id) with { Json = Encoding.UTF8.GetBytes(new string('x', bytes)) }, Token);
            return true;
        },
        Token);
}
