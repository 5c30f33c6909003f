using Npgsql;
using Tallystick.Resources.Documents;

namespace Tallystick.Storage.Tests.Documents;

/// <summary>What concerns PostgreSQL alone.</summary>
public sealed class PostgresStoreTests : PostgresDatabase
{
    [Fact]
    public async Task Postgres_OpenedByManyAtOnce_IsSetUpOnce()
    {
        var stores = await Task.WhenAll(Enumerable.Range(0, 8)
            .Select(_ => Engine.OpenAsync(Address, [Accounts.Kind], Token)));
        foreach (var store in stores)
        {
            (await store.FindAsync(Accounts.Kind, "acme", "a", Token)).ShouldBeNull();
            await store.DisposeAsync();
        }
    }

    [Fact]
    public async Task Postgres_ChangeRunAgain_IsRememberedAsItWasKept()
    {
        await using var store = await new CachedEngine(Engine).OpenAsync(Address, [Accounts.Kind], Token);
        await WriteAsync(change => change.InsertAsync(Accounts.Kind, "acme", Accounts.Write("a", "x", "old"), Token));
        var runs = 0;

        await WriteAsync(async change =>
        {
            await change.FindAsync(Accounts.Kind, "acme", "a", Token);
            if (++runs > 1)
                return;
            await change.UpdateAsync(Accounts.Kind, "acme", 1, Accounts.Write("a", "x", "new", 2), Token);
            await change.InsertAsync(Accounts.Kind, "acme", Accounts.Write("b", "x"), Token);
        });

        runs.ShouldBe(2, "the first time the code was taken");
        Accounts.NameOf(await store.FindAsync(Accounts.Kind, "acme", "a", Token)).ShouldBe("old");

        Task<bool> WriteAsync(Func<IDocumentTransaction, ValueTask> work) => store.TransactAsync(
            "acme",
            async change =>
            {
                await work(change);
                return true;
            },
            Token);
    }

    [Fact]
    public async Task Postgres_DatabaseWithoutUnicode_IsUnavailable()
    {
        var settings = new NpgsqlConnectionStringBuilder(Address);
        var database = $"{settings.Database}_ascii";
        await Engine.ExecuteAsync(
            Address,
            $"CREATE DATABASE {database} TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'",
            Token);
        settings.Database = database;
        var refusal = await Should.ThrowAsync<StoreUnavailableException>(
            Engine.OpenAsync(settings.ToString(), [Accounts.Kind], Token));
        refusal.Message.ShouldContain("UTF8");
    }

    [Fact]
    public async Task Postgres_DatabaseThatIsMissing_IsUnavailable()
    {
        var settings = new NpgsqlConnectionStringBuilder(Address) { Database = "missing" };
        var refusal = await Should.ThrowAsync<StoreUnavailableException>(
            Engine.OpenAsync(settings.ToString(), [Accounts.Kind], Token));
        refusal.Message.ShouldContain("missing");
    }
}
