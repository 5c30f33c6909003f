using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Tallystick.Console.Tests.Billing;

namespace Tallystick.Console.Tests.Prices;

/// <summary>What the person does who sets prices, in a browser.</summary>
public sealed class PricesInBrowserTests(Chromium chromium)
{
    [Fact]
    public async Task Price_IsChangedWithALookAtTheCostAndTheBills()
    {
        await using var server = await ConsoleServer.StartAsync();
        using var sample = await BillingSample.MakeAsync(server);
        var page = await chromium.OpenAsync(server.Address);
        await server.ArriveAsync(page);
        var pricing = await sample.Client.Pricings.ListAsync().SingleAsync();

        await page.GotoAsync($"/org/{server.First.OrganizationId}/pricings/{pricing.Id}");
        await page.GetByRole(AriaRole.Link, new() { Name = "Change price" }).ClickAsync();
        await page.GetByLabel("Unit price").First.FillAsync("2");
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Units" }).FillAsync("10");
        await Assertions.Expect(page.GetByText("20.00 USD").First).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Img, new() { Name = "Price in USD" })).ToBeVisibleAsync();
        await page.GetByLabel("Show what last month").CheckAsync();
        await Assertions.Expect(page.GetByText("would change.")).ToBeVisibleAsync();
        await CheckAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "Save this price" }).ClickAsync();

        await Assertions.Expect(page.GetByText("Price saved.")).ToBeVisibleAsync();
        await CheckAsync(page);
        foreach (var path in (string[])[$"plans/{pricing.PlanId}", "pricings", "pricings/new"])
        {
            await page.GotoAsync($"/org/{server.First.OrganizationId}/{path}");
            await CheckAsync(page);
        }
    }

    private static async Task CheckAsync(IPage page) =>
        (await page.RunAxe()).Violations.SelectMany(
            violation => violation.Nodes,
            (violation, node) => $"{page.Url} {violation.Id}: {node.Html}").ShouldBeEmpty();
}
