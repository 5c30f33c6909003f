using Tallystick.Client;

namespace Tallystick.Console.Tests.Forms;

/// <summary>A server with more entities than lists of choices show.</summary>
public sealed class ManyEntitiesFixture : IAsyncLifetime
{
    private const int Accounts = 60;
    private const int Products = 110;

    private readonly ConsoleServerFixture _console = new();

    internal TallystickClient Client { get; private set; } = null!;

    internal ConsoleServer Server => _console.Server;

    internal Visitor Administrator => _console.Administrator;

    internal string To(string path) => _console.To(path);

    public async ValueTask InitializeAsync()
    {
        await _console.InitializeAsync();
        Client = MeteringServer.Client(Server);
        for (var number = 0; number < Accounts; number++)
            await AddAccountAsync($"acct_{number:00}", number < 2 ? "Twins" : $"Customer {number:00}");
        for (var number = 0; number < Products; number++)
            await Client.Products.CreateAsync(new() { Name = $"Thing {number:000}", Code = $"thing_{number:000}" });
    }

    internal Task<Account> AddAccountAsync(string code, string name) => Client.Accounts.CreateAsync(new()
    {
        Name = name,
        Code = code,
        EmailAddress = "billing@example.com",
    });

    internal ValueTask<Account> AccountAsync(string code) => Client.Accounts.ListAsync(codes: [code]).SingleAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _console.DisposeAsync();
    }
}
