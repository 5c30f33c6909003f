namespace Tallystick.Console.Tests;

/// <summary>One server for the tests of a class, with its administrator signed in.</summary>
public sealed class ConsoleServerFixture : IAsyncLifetime
{
    internal ConsoleServer Server { get; private set; } = null!;

    internal Visitor Administrator { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Server = await ConsoleServer.StartAsync();
        Administrator = await Visitor.ArriveAsync(Server);
    }

    /// <summary>The address of a page of the organization.</summary>
    internal string To(string path) => $"/org/{Server.First.OrganizationId}/{path}";

    public async ValueTask DisposeAsync()
    {
        Administrator.Dispose();
        await Server.DisposeAsync();
    }
}
