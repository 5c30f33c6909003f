using Npgsql;
using Tallystick.Storage.Documents;

namespace Tallystick.Storage.Tests.Documents;

/// <summary>What concerns PostgreSQL alone.</summary>
public sealed class PostgresStoreTests : IAsyncLifetime
{
    private readonly PostgresEngine _engine = new();
    private string _address = "";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _address = await _engine.CreateAsync();

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact]
    public async Task Postgres_OpenedByManyAtOnce_IsSetUpOnce()
    {
        var stores = await Task.WhenAll(Enumerable.Range(0, 8)
            .Select(_ => _engine.OpenAsync(_address, [Accounts.Kind], Token)));
        foreach (var store in stores)
        {
            (await store.FindAsync(Accounts.Kind, "acme", "a", Token)).ShouldBeNull();
            await store.DisposeAsync();
        }
    }

    [Fact]
    public async Task Postgres_DatabaseWithoutUnicode_IsUnavailable()
    {
        var settings = new NpgsqlConnectionStringBuilder(_address);
        var database = $"{settings.Database}_ascii";
        await _engine.ExecuteAsync(
            _address,
            $"CREATE DATABASE {database} TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'",
            Token);
        settings.Database = database;
        var refusal = await Should.ThrowAsync<StoreUnavailableException>(
            _engine.OpenAsync(settings.ToString(), [Accounts.Kind], Token));
        refusal.Message.ShouldContain("UTF8");
    }

    [Fact]
    public async Task Postgres_DatabaseThatIsMissing_IsUnavailable()
    {
        var settings = new NpgsqlConnectionStringBuilder(_address) { Database = "missing" };
        var refusal = await Should.ThrowAsync<StoreUnavailableException>(
            _engine.OpenAsync(settings.ToString(), [Accounts.Kind], Token));
        refusal.Message.ShouldContain("missing");
    }
}
