using Microsoft.Playwright;

namespace Tallystick.Console.Tests.Tables;

/// <summary>Tables are sorted, and leave room on phones.</summary>
public sealed class TablePagesTests(Chromium chromium, ConsoleServerFixture console)
    : IClassFixture<ConsoleServerFixture>
{
    [Fact]
    public async Task List_OnOnePage_IsSortedByAColumn()
    {
        using var api = MeteringServer.Client(console.Server);
        foreach (var name in (string[])["Beta", "alpha", "Gamma"])
            await api.Products.CreateAsync(new() { Name = $"{name} sorted", Code = name.ToLowerInvariant() });

        var ascending = await console.Administrator.GetAsync(console.To("products?sort=name"));
        var descending = await console.Administrator.GetAsync(console.To("products?sort=-name"));

        OrderOf(ascending).ShouldBe(["alpha", "Beta", "Gamma"]);
        ascending.ShouldContain("aria-sort=\"ascending\"");
        ascending.ShouldContain("sort=-name");
        OrderOf(descending).ShouldBe(["Gamma", "Beta", "alpha"]);
        descending.ShouldContain("aria-sort=\"descending\"");
        await console.Administrator.GetAsync(console.To("products?sort=nonsense"));
    }

    [Fact]
    public async Task Filters_OnAPhone_AreClosedUntilSomebodyOpensThem()
    {
        var page = await chromium.OpenAsync(console.Server.Address);
        await page.SetViewportSizeAsync(390, 844);
        var filter = page.Locator("#filter-account");
        await page.GotoAsync(console.To("contracts?filtered=1&codes=none"));
        await ConsoleServer.SignInAsync(page, console.Server.First.Person!.Email, ConsoleServer.Chosen);

        await Assertions.Expect(filter).ToBeHiddenAsync();
        await page.Locator("summary", new() { HasText = "Filters" }).ClickAsync();
        await Assertions.Expect(filter).ToBeVisibleAsync();
        await page.SetViewportSizeAsync(1200, 844);

        await Assertions.Expect(filter).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("summary", new() { HasText = "Filters" })).ToBeHiddenAsync();
    }

    private static string[] OrderOf(string page) =>
    [
        .. new[] { "alpha", "Beta", "Gamma" }.OrderBy(
            name => page.IndexOf($">{name} sorted</a>", StringComparison.Ordinal)),
    ];
}
