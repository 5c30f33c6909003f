using Microsoft.Playwright;

namespace Tallystick.Console.Tests.Everywhere;

/// <summary>The pictures in the documents: pages of the sample organization.</summary>
internal static class DocumentPictures
{
    internal const string Command = "pictures";

    private static readonly (string Name, string Route)[] Chosen =
    [
        ("dashboard", ""),
        ("accounts", "accounts"),
        ("account", "accounts/{Id:guid}"),
        ("projected-bill", "accounts/{Id:guid}/usage"),
        ("meter", "meters/{Id:guid}"),
        ("usage", "usage"),
        ("ingest", "ingest"),
        ("plan", "plans/{Id:guid}"),
        ("price", "pricings/{Id:guid}/edit"),
        ("prepayment", "commitments/{Id:guid}"),
        ("bills", "bills"),
        ("bill", "bills/{Id:guid}"),
        ("policies", "settings/permission-policies/{Id:guid}"),
        ("audit-trail", "settings/audit-trail"),
    ];

    /// <param name="directory">Where the files go, such as <c>console-bill.png</c>.</param>
    internal static async Task<int> TakeAsync(string directory)
    {
        await using var chromium = new Chromium();
        await chromium.InitializeAsync();
        await using var server = await ConsoleServer.StartAsync();
        var page = await chromium.OpenAsync(server.Address);
        await page.SetViewportSizeAsync(1280, 800);
        await server.ArriveAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "Try a sample organization" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Open Sample" })
            .ClickAsync(new() { Timeout = (float)TimeSpan.FromMinutes(5).TotalMilliseconds });
        await page.GetByRole(AriaRole.Heading, new() { Name = "Dashboard" }).WaitForAsync();
        var organization = new Uri(page.Url).AbsolutePath;
        using var visitor = await Visitor.SignInAsync(
            server.Address, server.First.Person!.Email, ConsoleServer.Chosen);
        var pages = await Crawl.FollowAsync(visitor, organization, (_, _) => { });
        foreach (var (name, route) in Chosen)
        {
            await page.GotoAsync($"{organization}/{pages[route]}".TrimEnd('/'));
            await OpenLastLineAsync(page);
            if (name == "usage")
                await DrawUsageAsync(page);
            if (name == "price")
                await page.Locator(".plot").First.EvaluateAsync("plot => plot.scrollIntoView({ block: 'end' })");
            await page.ScreenshotAsync(new() { Path = Path.Combine(directory, $"console-{name}.png") });
        }
        return 0;
    }

    private static async Task DrawUsageAsync(IPage page)
    {
        await page.Locator("select[name=value]").SelectOptionAsync(new SelectOptionValue { Label = "Credits" });
        await page.Locator("select[name=time]").SelectOptionAsync("DAY");
        await page.GetByLabel("By account").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Run query" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Stacked" }).ClickAsync();
        await page.Locator(".plot").First.ScrollIntoViewIfNeededAsync();
    }

    // A bill shows why a line has its amount.
    private static async Task OpenLastLineAsync(IPage page)
    {
        var lines = page.Locator(".bill-line > summary");
        if (await lines.CountAsync() > 0)
            await lines.Last.ClickAsync();
    }
}
