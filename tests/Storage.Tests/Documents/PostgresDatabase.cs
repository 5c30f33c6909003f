namespace Tallystick.Storage.Tests.Documents;

/// <summary>Tests that each have a new PostgreSQL database.</summary>
public abstract class PostgresDatabase : IAsyncLifetime
{
    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected PostgresEngine Engine { get; } = new();

    protected string Address { get; private set; } = "";

    public async ValueTask InitializeAsync() => Address = await Engine.CreateAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return Engine.DisposeAsync();
    }
}
