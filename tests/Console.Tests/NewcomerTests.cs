using Microsoft.Playwright;
using OtpNet;

namespace Tallystick.Console.Tests;

/// <summary>What a person does in a browser, found by the words on the page.</summary>
public sealed class NewcomerTests(Chromium chromium)
{
    [Fact]
    public async Task Newcomer_WithTheFirstPassword_ArrivesAtTheDashboard()
    {
        await using var server = await ConsoleServer.StartAsync();
        var page = await chromium.OpenAsync(server.Address);
        var faults = new List<string>();
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
                faults.Add(message.Text);
        };

        await server.ArriveAsync(page);

        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Dashboard" })).ToBeVisibleAsync();
        new Uri(page.Url).AbsolutePath.ShouldBe($"/org/{server.First.OrganizationId}");
        await page.GetByRole(AriaRole.Link, new() { Name = "Settings" }).ClickAsync();
        await SettingsOf(page, "Your account").ClickAsync();
        await SettingsOf(page, "Sessions").ClickAsync();
        await Assertions.Expect(page.GetByText("You are signed in here only.")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("Chrome on Linux")).ToBeVisibleAsync();
        faults.ShouldBeEmpty();
    }

    [Fact]
    public async Task Person_WithAPhone_SetsUpTwoStepsAndSignsInWithThem()
    {
        await using var server = await ConsoleServer.StartAsync();
        var page = await chromium.OpenAsync(server.Address);
        await server.ArriveAsync(page);

        await page.GetByRole(AriaRole.Link, new() { Name = "Settings" }).ClickAsync();
        await SettingsOf(page, "Your account").ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Img, new() { Name = "Picture of the key" })).ToBeVisibleAsync();
        var key = (await page.GetByText("Key: ").InnerTextAsync())["Key: ".Length..];
        var code = new Totp(Base32Encoding.ToBytes(key)).ComputeTotp();
        await page.GetByLabel("Code").FillAsync(code);
        await page.GetByRole(AriaRole.Button, new() { Name = "Turn on two-step verification" }).ClickAsync();
        var recovery = await page.GetByRole(AriaRole.List, new() { Name = "Recovery codes" })
            .GetByRole(AriaRole.Listitem).AllInnerTextsAsync();
        recovery.Count.ShouldBe(10);
        await page.GetByRole(AriaRole.Button, new() { Name = "Your account" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await ConsoleServer.SignInAsync(page, server.First.Person!.Email, ConsoleServer.Chosen);
        await page.GetByLabel("Code").FillAsync(recovery[0]);
        await page.GetByRole(AriaRole.Button, new() { Name = "Continue" }).ClickAsync();

        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Dashboard" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Keyboard_IsEnoughToSignInAndOut()
    {
        await using var server = await ConsoleServer.StartAsync();
        var page = await chromium.OpenAsync(server.Address);
        await server.ArriveAsync(page);

        await page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "Skip to content" })).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        new Uri(page.Url).Fragment.ShouldBe("#main");
        new Uri(page.Url).AbsolutePath.ShouldBe($"/org/{server.First.OrganizationId}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Your account" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Sign out" })).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Sign out" })).ToBeHiddenAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Sign in" })).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByLabel("E-mail")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync(server.First.Person!.Email);
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.TypeAsync(ConsoleServer.Chosen);
        await page.Keyboard.PressAsync("Enter");

        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Dashboard" })).ToBeVisibleAsync();
    }

    private static ILocator SettingsOf(IPage page, string tab) =>
        page.GetByRole(AriaRole.Navigation, new() { Name = "Settings" })
            .GetByRole(AriaRole.Link, new() { Name = tab });
}
