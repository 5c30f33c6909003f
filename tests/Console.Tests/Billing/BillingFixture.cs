using Tallystick.Client;

namespace Tallystick.Console.Tests.Billing;

/// <summary>A server with accounts to bill, an administrator, and somebody who may only look.</summary>
public sealed class BillingFixture : IAsyncLifetime
{
    private readonly ConsoleServerFixture _console = new();

    internal BillingSample Sample { get; private set; } = null!;

    internal ConsoleServer Server => _console.Server;

    internal Visitor Administrator => _console.Administrator;

    internal Visitor Reader { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await _console.InitializeAsync();
        Sample = await BillingSample.MakeAsync(Server);
        var (email, password) = await Sample.InviteReaderAsync();
        Reader = await Visitor.SignInAsync(Server.Address, email, password);
        await NewBillAsync();
    }

    internal string To(string path) => _console.To(path);

    internal Task<string> GetAsync(string path) => Administrator.GetAsync(To(path));

    /// <summary>A bill that no other test changes: that of an account of its own.</summary>
    internal async Task<Bill> NewBillAsync() => await Sample.BillAsync(await Sample.AddAccountAsync());

    public async ValueTask DisposeAsync()
    {
        Reader.Dispose();
        Sample.Dispose();
        await _console.DisposeAsync();
    }
}
