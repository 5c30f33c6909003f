[assembly: AssemblyFixture(typeof(Tallystick.Server.Tests.Api.SqliteServer))]
[assembly: AssemblyFixture(typeof(Tallystick.Server.Tests.Api.PostgresServer))]

namespace Tallystick.Server.Tests.Api;

/// <summary>
/// A server that many tests share. Each takes an organization of its own, which no other test sees.
/// </summary>
public abstract class SharedServer(Engine engine) : IAsyncLifetime
{
    private readonly Lazy<Task<ApiServer>> _server = new(() => ApiServer.StartAsync(engine));

    /// <summary>A client of a new organization.</summary>
    internal async Task<ApiClient> NewOrganizationAsync() => await (await _server.Value).AddOrganizationAsync();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_server.IsValueCreated)
            await (await _server.Value).DisposeAsync();
    }
}

public sealed class SqliteServer() : SharedServer(Engine.Sqlite);

public sealed class PostgresServer() : SharedServer(Engine.PostgreSql);
