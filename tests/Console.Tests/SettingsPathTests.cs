using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Playwright;

namespace Tallystick.Console.Tests;

/// <summary>The two paths of settings that everybody takes: a key for a program, and access for a colleague.</summary>
public sealed class SettingsPathTests(Chromium chromium)
{
    [Fact]
    public async Task Newcomer_MakesAServiceUserWithAKey_ThatGetsAToken()
    {
        await using var server = await ConsoleServer.StartAsync();
        var page = await chromium.OpenAsync(server.Address);
        await server.ArriveAsync(page);
        var faults = ErrorsOf(page);

        await page.GetByRole(AriaRole.Link, new() { Name = "Settings" }).ClickAsync();
        await SettingsOf(page, "Access").ClickAsync();
        await page.WaitForURLAsync($"**/org/{server.First.OrganizationId}/settings/users");
        await SettingsOf(page, "Service users").ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Create service user" }).ClickAsync();
        await page.GetByLabel("Name").FillAsync("Usage collector");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create service user" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Add permission policy" }).ClickAsync();
        await page.GetByLabel("Permission policy", new() { Exact = true }).SelectOptionAsync("Administrator");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByText("May do everything.")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Generate access key" }).ClickAsync();
        var key = await FactAsync(page, "Access key id");
        var secret = await FactAsync(page, "API secret");
        await SettingsOf(page, "Organization").ClickAsync();
        var organization = await FactAsync(page, "Organization id");

        organization.ShouldBe(server.First.OrganizationId);
        (await page.ContentAsync()).ShouldNotContain(secret);
        await page.GoBackAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Cell, new() { Name = $"{key} Copy" })).ToBeVisibleAsync();
        (await page.ContentAsync()).ShouldNotContain(secret);
        (await page.Context.CookiesAsync()).ShouldAllBe(cookie => !cookie.Value.Contains(secret));
        faults.ShouldBeEmpty();
        var token = await TokenAsync(server.Address, key, secret);
        using var http = new HttpClient { BaseAddress = server.Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        (await http.GetAsync($"/organizations/{organization}/meters")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Colleague_InvitedToRead_SeesNoAction()
    {
        await using var server = await ConsoleServer.StartAsync();
        var page = await chromium.OpenAsync(server.Address);
        await server.ArriveAsync(page);

        await page.GetByRole(AriaRole.Link, new() { Name = "Settings" }).ClickAsync();
        await SettingsOf(page, "Access").ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Invite user" }).ClickAsync();
        await page.GetByLabel("E-mail").FillAsync("rita@example.com");
        await page.GetByLabel("First name").FillAsync("Rita");
        await page.GetByLabel("Last name").FillAsync("Reader");
        await page.GetByLabel("ReadOnly").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Invite" }).ClickAsync();
        var link = await FactAsync(page, "Link for the invited person");
        var colleague = await chromium.OpenAsync(server.Address);
        await colleague.GotoAsync(new Uri(link).PathAndQuery + new Uri(link).Fragment);
        await colleague.GetByLabel("Choose a password").FillAsync(ConsoleServer.Chosen);
        await colleague.GetByRole(AriaRole.Button, new() { Name = "Accept" }).ClickAsync();
        await Assertions.Expect(colleague.GetByText("Welcome, rita@example.com.")).ToBeVisibleAsync();
        await colleague.GotoAsync("/");
        await ConsoleServer.SignInAsync(colleague, "rita@example.com", ConsoleServer.Chosen);
        await colleague.GetByRole(AriaRole.Link, new() { Name = "Settings" }).ClickAsync();
        await SettingsOf(colleague, "Access").ClickAsync();
        await colleague.GetByRole(AriaRole.Link, new() { Name = "Rita Reader", Exact = true }).ClickAsync();

        await Assertions.Expect(colleague.GetByText("May read everything, query usage")).ToBeVisibleAsync();
        await Assertions.Expect(colleague.GetByRole(AriaRole.Button, new() { Name = "Add permission policy" }))
            .ToHaveCountAsync(0);
        await colleague.GetByLabel("May Rita Reader do this?").SelectOptionAsync("POST bills/approve");
        await colleague.GetByRole(AriaRole.Button, new() { Name = "Try" }).ClickAsync();
        await Assertions.Expect(colleague.GetByText("No statement allows config:update")).ToBeVisibleAsync();
    }

    private static ILocator SettingsOf(IPage page, string tab) =>
        page.GetByRole(AriaRole.Navigation, new() { Name = "Settings" })
            .GetByRole(AriaRole.Link, new() { Name = tab, Exact = true });

    // The value that stands beside a label.
    private static Task<string> FactAsync(IPage page, string label) =>
        page.GetByText(label, new() { Exact = true }).Locator("xpath=following-sibling::dd//span/span")
            .InnerTextAsync();

    private static List<string> ErrorsOf(IPage page)
    {
        var faults = new List<string>();
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
                faults.Add(message.Text);
        };
        return faults;
    }

    private static async Task<string> TokenAsync(Uri server, string key, string secret)
    {
        using var http = new HttpClient { BaseAddress = server };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/oauth/token")
        {
            Content = new StringContent("{\"grant_type\":\"client_credentials\"}", Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{key}:{secret}")));
        using var response = await http.SendAsync(request);
        var body = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.OK, body);
        return JsonDocument.Parse(body).RootElement.GetProperty("access_token").GetString()!;
    }
}
