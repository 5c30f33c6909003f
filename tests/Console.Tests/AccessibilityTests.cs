using Microsoft.Playwright;

namespace Tallystick.Console.Tests;

/// <summary>axe-core finds no violation, in light and in dark.</summary>
public sealed class AccessibilityTests(Chromium chromium)
{
    private static readonly string[] Settings =
    [
        "/settings/organization", "/settings/configuration", "/settings/custom-fields", "/settings/audit-trail",
        "/settings/permission-policies/new",
        "/settings/permission-policies/00000000-0000-4000-8000-000000000004?task=POST+bills%2Fapprove",
    ];

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Pages_OfTheConsole_HaveNoViolation(ColorScheme colors)
    {
        await using var server = await ConsoleServer.StartAsync();
        var page = await chromium.OpenAsync(server.Address, colors);
        var organization = $"/org/{server.First.OrganizationId}";
        var found = new List<string>();

        await VisitAsync(page, "/sign-in", found);
        await ConsoleServer.SignInAsync(page, server.First.Person!.Email, "wrong password");
        await Accessibility.CheckAsync(page, found);
        await VisitAsync(page, "/no-such-page", found);
        await ConsoleServer.SignInAsync(
            await AtAsync(page, "/sign-in"), server.First.Person!.Email, server.First.Person.Password!);
        await VisitAsync(page, "/sign-in/password", found);
        await server.ArriveAsync(await chromium.OpenAsync(server.Address));
        await ConsoleServer.SignInAsync(
            await AtAsync(page, "/sign-in"), server.First.Person!.Email, ConsoleServer.Chosen);
        foreach (var path in (string[])["", "/settings/sessions", "/settings/security", "/no-such-page", .. Settings])
            await VisitAsync(page, organization + path, found);
        await VisitAsync(page, $"/org/{Guid.NewGuid()}", found);
        await page.GotoAsync(organization);
        await page.GetByRole(AriaRole.Button, new() { Name = "Your account" }).ClickAsync();
        await Accessibility.CheckAsync(page, found);

        found.ShouldBeEmpty();
    }

    [Fact]
    public async Task Check_OfAPageWithFaults_NamesThem()
    {
        await using var server = await ConsoleServer.StartAsync();
        var page = await chromium.OpenAsync(server.Address);
        var found = new List<string>();

        await page.SetContentAsync("<main><img src=x><p style='color: #ddd; background: #fff'>Pale</p></main>");
        await Accessibility.CheckAsync(page, found);

        found.ShouldContain(one => one.Contains(" image-alt: <img"));
        found.ShouldContain(one => one.Contains(" color-contrast: <p"));
    }

    private static async Task<IPage> AtAsync(IPage page, string path)
    {
        await page.GotoAsync(path);
        return page;
    }

    private static async Task VisitAsync(IPage page, string path, List<string> found) =>
        await Accessibility.CheckAsync(await AtAsync(page, path), found);
}
