using Microsoft.Playwright;
using Tallystick.Console.Tests.Billing;

namespace Tallystick.Console.Tests.Accounts;

/// <summary>What somebody who looks after customers does in a browser, found by the words on the page.</summary>
public sealed class AccountPathTests(Chromium chromium)
{
    [Fact]
    public async Task Account_WithPlanAndPrepayment_ShowsItsProjectedBill()
    {
        await using var server = await ConsoleServer.StartAsync();
        using var sample = await BillingSample.MakeAsync(server, 0);
        var page = await chromium.OpenAsync(server.Address);
        await server.ArriveAsync(page);

        await page.GetByRole(AriaRole.Link, new() { Name = "Accounts", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Create account" }).ClickAsync();
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("Fabrikam");
        await Assertions.Expect(page.GetByLabel("Code", new() { Exact = true })).ToHaveValueAsync("fabrikam");
        await page.GetByLabel("E-mail").FillAsync("billing@example.com");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create account" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Attach plan", Exact = true }).ClickAsync();
        await page.GetByLabel("Plan", new() { Exact = true }).SelectOptionAsync("Team (team)");
        await page.GetByLabel("Start (UTC)").FillAsync("2020-01-01T00:00");
        await page.GetByRole(AriaRole.Button, new() { Name = "Attach plan" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Img, new() { Name = "Plans and contracts" }))
            .ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Create prepayment" }).ClickAsync();
        await page.GetByLabel("Amount", new() { Exact = true }).FillAsync("1000");
        await page.GetByLabel("Currency").SelectOptionAsync("USD");
        await page.GetByLabel("First day", new() { Exact = true }).FillAsync("2020-01-01");
        await page.GetByLabel("First day after it").FillAsync("2100-01-01");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create prepayment" }).ClickAsync();
        await Assertions.Expect(
            page.GetByRole(AriaRole.Heading, new() { Name = "Prepayment of 1,000.00 USD" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Navigation, new() { Name = "Breadcrumbs" })
            .GetByRole(AriaRole.Link, new() { Name = "Fabrikam" }).ClickAsync();
        await page.GetByRole(AriaRole.Navigation, new() { Name = "Account", Exact = true })
            .GetByRole(AriaRole.Link, new() { Name = "Usage" }).ClickAsync();

        var lines = page.GetByRole(AriaRole.Region, new() { Name = "Lines of the projected bill" });
        await Assertions.Expect(lines).ToContainTextAsync("Standing charge");
        await Assertions.Expect(lines).ToContainTextAsync("90.00 USD");
        await Assertions.Expect(lines).ToContainTextAsync("Commitment consumed");
    }

    [Fact]
    public async Task Wizard_EndsThePlanOfAnAccount()
    {
        await using var server = await ConsoleServer.StartAsync();
        using var sample = await BillingSample.MakeAsync(server, 1);
        var account = await sample.Client.Accounts.SearchAsync("code~account_").FirstAsync();
        var page = await chromium.OpenAsync(server.Address);
        await server.ArriveAsync(page);

        await page.GotoAsync($"/org/{server.First.OrganizationId}/accounts/{account.Id}");
        await page.GetByRole(AriaRole.Link, new() { Name = "End-date" }).ClickAsync();
        await page.GetByRole(AriaRole.Checkbox, new() { Name = "Plans and plan groups" }).CheckAsync();
        await page.GetByLabel("End date").FillAsync("2026-10-01");
        await page.GetByRole(AriaRole.Button, new() { Name = "Preview" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.List, new() { Name = "What would end" }))
            .ToContainTextAsync("Team");
        await page.GetByRole(AriaRole.Button, new() { Name = "End them on 2026-10-01" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.List, new() { Name = "Ended" })).ToContainTextAsync("Plan");

        var ended = await sample.Client.AccountPlans.ListAsync(account: account.Id, includeAll: true).SingleAsync();
        ended.EndDate.ShouldBe(new DateTimeOffset(2026, 10, 1, 0, 0, 0, TimeSpan.Zero));
    }
}
