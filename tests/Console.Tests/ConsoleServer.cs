using Microsoft.Playwright;
using NodaTime;
using Tallystick.Server.Hosting;
using Tallystick.Server.Hosting.Installation;
using Tallystick.Testing;

namespace Tallystick.Console.Tests;

/// <summary>A server at its first start.</summary>
internal sealed class ConsoleServer : IAsyncDisposable
{
    internal const string Chosen = "a password of my own";

    private readonly RunningServer _server;
    private readonly TemporaryDirectory _data;

    private ConsoleServer(RunningServer server, TemporaryDirectory data) => (_server, _data) = (server, data);

    internal Uri Address => _server.Address;

    internal FirstCredentials First => _server.FirstCredentials!;

    internal static async Task<ConsoleServer> StartAsync(params string[] settings)
    {
        var data = new TemporaryDirectory();
        return new ConsoleServer(
            await ServerHost.StartAsync(
                ["--urls", "http://127.0.0.1:0", "--TALLYSTICK_DATA", data.Path, .. settings], SystemClock.Instance),
            data);
    }

    /// <summary>Signs in on the page as a person does.</summary>
    internal static async Task SignInAsync(IPage page, string email, string password)
    {
        await page.GetByLabel("E-mail").FillAsync(email);
        await page.GetByLabel("Password").FillAsync(password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
    }

    /// <summary>Signs in for the first time and chooses a password.</summary>
    internal async Task ArriveAsync(IPage page)
    {
        await page.GotoAsync("/");
        await SignInAsync(page, First.Person!.Email, First.Person.Password!);
        await page.GetByLabel("New password", new() { Exact = true }).FillAsync(Chosen);
        await page.GetByLabel("New password again").FillAsync(Chosen);
        await page.GetByRole(AriaRole.Button, new() { Name = "Change password" }).ClickAsync();
        await page.WaitForURLAsync($"**/org/{First.OrganizationId}");
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _data.Dispose();
    }
}
