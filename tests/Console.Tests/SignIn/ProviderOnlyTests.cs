using System.Net;
using System.Net.Http.Json;
using Microsoft.Playwright;

namespace Tallystick.Console.Tests.SignIn;

/// <summary>What a provider changes about signing in otherwise, and what a person sees of it.</summary>
public sealed class ProviderOnlyTests(Chromium chromium)
{
    [Fact]
    public async Task Passwords_Refused_WorkForTheFirstPersonOnly()
    {
        await using var provider = await LocalProvider.StartAsync();
        await using var server = await ConsoleServer.StartAsync(
            [.. provider.Settings, "--TALLYSTICK_OIDC_ONLY", "true", "--TALLYSTICK_ADMIN_EMAIL", "first@example.com"]);
        using var stranger = Visitor.Stranger(server.Address);

        (await stranger.GetAsync("/sign-in")).ShouldNotContain("name=\"Password\"");
        (await stranger.SubmitAsync("/sign-in?password=1", ("Email", "ann@example.com"), ("Password", "x")))
            .ShouldContain("Passwords are not accepted here. Sign in with Example.");
        using var http = new HttpClient { BaseAddress = server.Address };
        (await http.PostAsJsonAsync("/signin", new { email = "ann@example.com", password = "x" }))
            .StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await stranger.SubmitAsync(
            "/sign-in?password=1", ("Email", "first@example.com"), ("Password", server.First.Person!.Password!)))
            .ShouldContain("Choose a password");
    }

    [Fact]
    public async Task Person_WithATemporaryPassword_NeedsNoneWithTheProvider()
    {
        await using var provider = await LocalProvider.StartAsync();
        await using var server = await ConsoleServer.StartAsync(provider.Settings);
        using var person = Visitor.Stranger(server.Address);

        (await person.GetAsync("/sign-in/provider")).ShouldContain("<h1>Dashboard</h1>");

        (await person.GetAsync($"/org/{server.First.OrganizationId}/settings/sessions")).ShouldContain("This session");
    }

    [Fact]
    public async Task Provider_ThatDoesNotAnswer_LeavesPasswordsToSignInWith()
    {
        var provider = await LocalProvider.StartAsync();
        var settings = provider.Settings;
        await provider.DisposeAsync();
        await using var server = await ConsoleServer.StartAsync(settings);
        using var stranger = Visitor.Stranger(server.Address);

        (await stranger.GetAsync("/sign-in/provider")).ShouldContain("Example does not answer. Try again later.");

        using var administrator = await Visitor.ArriveAsync(server);
        (await administrator.GetAsync($"/org/{server.First.OrganizationId}")).ShouldContain("<h1>Dashboard</h1>");
    }

    [Fact]
    public async Task Person_InABrowser_SignsInWithTheProviderAndOut()
    {
        await using var provider = await LocalProvider.StartAsync();
        await using var server = await ConsoleServer.StartAsync(provider.Settings);
        var page = await chromium.OpenAsync(server.Address);
        var meters = $"/org/{server.First.OrganizationId}/meters";

        await page.GotoAsync(meters);
        await page.GetByRole(AriaRole.Link, new() { Name = "Sign in with Example" }).ClickAsync();
        await page.WaitForURLAsync($"**{meters}");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Meters" })).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Your account" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await page.WaitForURLAsync("**/sign-in");
        var found = new List<string>();
        await Accessibility.CheckAsync(page, found);
        found.ShouldBeEmpty();
    }
}
