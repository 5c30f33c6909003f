using Microsoft.Playwright;

namespace Tallystick.Console.Tests.Start;

/// <summary>How a person begins, in a browser: with a product of their own, or by looking around in a sample.</summary>
public sealed class SetupInBrowserTests(Chromium chromium)
{
    private const string Sample = "Sample: Fernway Maps";

    [Fact]
    public async Task Product_IsSetUpInEightSteps_FromItsNameToItsFirstBill()
    {
        await using var server = await ConsoleServer.StartAsync();
        var page = await chromium.OpenAsync(server.Address);
        await server.ArriveAsync(page);

        await page.GetByRole(AriaRole.Link, new() { Name = "Set up your first product" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Start", Exact = true }).ClickAsync();
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("Translation");
        await page.GetByLabel("Code", new() { Exact = true }).FillAsync("translation");
        await PressAsync(page, "Create product", "Say what is measured");
        await PressAsync(page, "Create meter", "Say how measurements become a quantity");
        await PressAsync(page, "Create aggregation", "Make a plan");
        await page.GetByRole(AriaRole.Link, new() { Name = "Dashboard" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Continue where you left" }).ClickAsync();
        await PressAsync(page, "Create plan", "Set a price");
        await page.GetByLabel("Price of a unit").FillAsync("0.02");
        await Assertions.Expect(page.GetByText("2,000.00 USD").First).ToBeVisibleAsync();
        await PressAsync(page, "Set price", "Add an account");
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("Acme");
        await page.GetByLabel("Code", new() { Exact = true }).FillAsync("acme");
        await page.GetByLabel("E-mail").FillAsync("billing@acme.example");
        await PressAsync(page, "Add account", "Submit test usage");
        await page.GetByLabel("Requests").FillAsync("1500");
        await Assertions.Expect(page.GetByText("30.00 USD").First).ToBeVisibleAsync();
        await PressAsync(page, "Submit test usage", "Create the first bill");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create the first bill" }).ClickAsync();

        await Assertions.Expect(page.GetByText("The first bill is 30.00 USD.")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Open the bill" }).ClickAsync();
        await Assertions.Expect(page.GetByText("30.00 USD").First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Sample_IsMadeByOneClickAndRemovedByAnother()
    {
        await using var server = await ConsoleServer.StartAsync();
        var page = await chromium.OpenAsync(server.Address);
        await server.ArriveAsync(page);

        await page.GetByRole(AriaRole.Button, new() { Name = "Try a sample organization" }).ClickAsync();
        await page.WaitForURLAsync("**/sample");
        await page.GetByRole(AriaRole.Link, new() { Name = $"Open {Sample}" })
            .ClickAsync(new() { Timeout = (float)TimeSpan.FromMinutes(2).TotalMilliseconds });
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Dashboard" })).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("This is a sample organization.")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Accounts" }).First.ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "Acorn Delivery", Exact = true }))
            .ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove the sample organization" }).ClickAsync();
        await page.GetByLabel($"Type {Sample} to confirm").FillAsync(Sample);
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove", Exact = true }).ClickAsync();

        await page.WaitForURLAsync($"**/org/{server.First.OrganizationId}");
        await Assertions.Expect(page.GetByText("Sample organization removed.")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("This is a sample organization.")).ToBeHiddenAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Organization: My organization" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = Sample })).ToBeHiddenAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Try a sample organization" }))
            .ToBeVisibleAsync();
    }

    // The next step has come when its heading is there.
    private static async Task PressAsync(IPage page, string button, string next)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = next })).ToBeVisibleAsync();
    }
}
