using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Tallystick.Console.Tests.Billing;

/// <summary>What somebody who makes bills does in a browser.</summary>
public sealed class BillingTests(Chromium chromium, BillingFixture billing) : IClassFixture<BillingFixture>
{
    [Fact]
    public async Task Biller_RunsExplainsApprovesAndLocks()
    {
        var account = await billing.Sample.AddAccountAsync();
        var page = await OpenAsync("bills", billing.Server.First.Person!.Email, ConsoleServer.Chosen);

        await page.GetByRole(AriaRole.Link, new() { Name = "Run billing" }).First.ClickAsync();
        await page.GetByLabel("Last day of the period").FillAsync(BillingSample.LastDay);
        await page.GetByLabel("Accounts (optional)").FillAsync(account);
        await page.GetByRole(AriaRole.Button, new() { Name = "Run billing" }).ClickAsync();
        // The page follows the job by itself.
        await page.GetByRole(AriaRole.Link, new() { Name = $"{account} 2026-06-01" }).ClickAsync();
        await page.Locator("summary", new() { HasText = "API calls" }).ClickAsync();
        await Assertions.Expect(page.GetByText("Quantity 1,500.5, 1 per unit")).ToBeVisibleAsync();
        (await page.RunAxe()).Violations.ShouldBeEmpty();
        await page.GetByRole(AriaRole.Button, new() { Name = "Approve" }).ClickAsync();
        await Assertions.Expect(page.GetByText("Bill approved.")).ToBeVisibleAsync();
        await page.GotoAsync(billing.To("bills?from=2026-06-01&until=2026-07-01"));
        await page.GetByLabel($"Select {account} 2026-06-01").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Lock", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByText("They never change again")).ToBeVisibleAsync();
        (await page.RunAxe()).Violations.ShouldBeEmpty();
        await page.GetByLabel("Type 1 to confirm").FillAsync("1");
        await page.GetByRole(AriaRole.Button, new() { Name = "Lock 1 bill" }).ClickAsync();

        await Assertions.Expect(page.GetByText("1 bill locked.")).ToBeVisibleAsync();
        var bill = await billing.Sample.Client.Bills.ListAsync().FirstAsync(one => one.AccountCode == account);
        bill.Locked.ShouldBeTrue();
    }

    [Fact]
    public async Task Credit_IsSeenInTheTotal_AndAReaderSeesNoAction()
    {
        var bill = await billing.NewBillAsync();
        var page = await OpenAsync(
            $"bills/{bill.Id}", billing.Server.First.Person!.Email, ConsoleServer.Chosen);
        var (email, password) = await billing.Sample.InviteReaderAsync("Second reader");

        await page.GetByRole(AriaRole.Link, new() { Name = "Add credit" }).ClickAsync();
        await page.GetByLabel("Description").FillAsync("Outage in May");
        await page.GetByLabel("Amount in USD").FillAsync("35.04");
        await page.GetByLabel("Reason").SelectOptionAsync("Goodwill (goodwill)");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add credit" }).ClickAsync();
        await Assertions.Expect(page.GetByText("200.00 USD").First).ToBeVisibleAsync();
        var reading = await OpenAsync($"bills/{bill.Id}", email, password);

        await Assertions.Expect(reading.GetByText("Outage in May").First).ToBeVisibleAsync();
        var main = reading.GetByRole(AriaRole.Main);
        (await main.GetByRole(AriaRole.Button).AllInnerTextsAsync()).Where(text => text != "Copy").ShouldBeEmpty();
    }

    private async Task<IPage> OpenAsync(string path, string email, string password)
    {
        var page = await chromium.OpenAsync(billing.Server.Address);
        await page.GotoAsync(billing.To(path));
        await ConsoleServer.SignInAsync(page, email, password);
        await Assertions.Expect(page.GetByRole(AriaRole.Navigation, new() { Name = "Main" })).ToBeVisibleAsync();
        return page;
    }
}
