using System.Text.RegularExpressions;

namespace Tallystick.Console.Tests.SignIn;

/// <summary>A server with a provider, whose administrator is signed in with a password.</summary>
public sealed partial class ProviderFixture : IAsyncLifetime
{
    internal LocalProvider Provider { get; private set; } = null!;

    internal ConsoleServer Server { get; private set; } = null!;

    internal Visitor Administrator { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Provider = await LocalProvider.StartAsync();
        Server = await ConsoleServer.StartAsync(Provider.Settings);
        Administrator = await Visitor.ArriveAsync(Server);
    }

    /// <summary>The address of a page of the organization.</summary>
    internal string To(string path) => $"/org/{Server.First.OrganizationId}/{path}";

    /// <summary>Signs in with the provider.</summary>
    /// <param name="change">Changes what the provider says of the person.</param>
    /// <param name="returnUrl">Where to go afterwards.</param>
    /// <returns>The page that follows.</returns>
    internal async Task<string> SignInAsync(Action<Dictionary<string, object>>? change = null, string? returnUrl = null)
    {
        var usual = Provider.Person;
        Provider.Person = new(usual);
        change?.Invoke(Provider.Person);
        try
        {
            using var visitor = Visitor.Stranger(Server.Address);
            return await visitor.GetAsync($"/sign-in/provider?returnUrl={Uri.EscapeDataString(returnUrl ?? "")}");
        }
        finally
        {
            Provider.Person = usual;
        }
    }

    /// <summary>The page of the administrator as a user.</summary>
    internal async Task<string> PageOfAdministratorAsync() =>
        await Administrator.GetAsync(await PathOfAdministratorAsync());

    /// <summary>Removes the identity of the administrator on that page.</summary>
    internal async Task RemoveIdentityAsync()
    {
        var path = await PathOfAdministratorAsync();
        using var answer = await Administrator.SendAsync(path, $"remove-identity-{path[^36..]}");
        (await answer.Content.ReadAsStringAsync()).ShouldContain("Identity removed.");
    }

    public async ValueTask DisposeAsync()
    {
        Administrator.Dispose();
        await Server.DisposeAsync();
        await Provider.DisposeAsync();
    }

    private async Task<string> PathOfAdministratorAsync() =>
        To(UserPath().Match(await Administrator.GetAsync(To("settings/users"))).Value);

    [GeneratedRegex("settings/users/[0-9a-f-]{36}", RegexOptions.CultureInvariant)]
    private static partial Regex UserPath();
}
