using System.Net;
using Tallystick.Client;

namespace Tallystick.Console.Tests.Billing;

/// <summary>Bills: listed, explained, changed in bulk, and never changed by those who may not.</summary>
public sealed class BillPagesTests(BillingFixture billing) : IClassFixture<BillingFixture>
{
    private const string June = "bills?from=2026-06-01&until=2026-07-01";

    [Fact]
    public async Task List_ShowsTheMonthAndItsState()
    {
        var list = await billing.GetAsync(June);

        list.ShouldContain("June 2026");
        list.ShouldContain("pending, ");
        list.ShouldContain("&lt;script&gt;alert(");
        list.ShouldNotContain("<script>alert");
        (await billing.GetAsync("bills")).ShouldContain("Previous month");
        (await billing.GetAsync("export/bills.csv?from=2026-06-01&until=2026-07-01")).ShouldContain("235.04 USD");
    }

    [Fact]
    public async Task List_WithAFilterThatIsNoDate_SaysSo() =>
        (await billing.Administrator.GetAsync(
            billing.To("bills?from=%22%3E%3Cscript%3E"), HttpStatusCode.BadRequest)).ShouldContain("role=\"alert\"");

    [Fact]
    public async Task Bill_ExplainsEachLine()
    {
        var bill = await billing.NewBillAsync();

        var page = await billing.GetAsync($"bills/{bill.Id}");

        page.ShouldContain("235.04 USD");
        page.ShouldContain("Why this amount");
        page.ShouldContain("Quantity 1,500.5, 1 per unit; units are not rounded.");
        page.ShouldContain("Each band prices its own units.");
        page.ShouldContain("Sum of requests.requests (API calls)");
        page.ShouldContain("Prorated: active for 31 of 31 days.");
        page.ShouldContain("Exact amount 145.04 USD, rounded half up to 2 decimal places: 145.04 USD.");
        page.ShouldContain("&lt;script&gt;alert(");
        page.ShouldNotContain("<script>alert");
    }

    [Fact]
    public async Task SelectedBills_AreListedWithThoseThatCannot_BeforeAnythingHappens()
    {
        var (pending, approved) = (await billing.NewBillAsync(), await billing.NewBillAsync());
        await billing.Sample.Client.Bills.UpdateStatusAsync(approved.Id, new() { Status = BillStatus.Approved });

        var confirmation = await ChooseAsync("lock", [("ids", pending.Id), ("ids", approved.Id)]);

        confirmation.ShouldContain("<h1>Lock 1 bill</h1>");
        confirmation.ShouldContain("They never change again");
        confirmation.ShouldContain("It is pending. Approve it first.");
        confirmation.ShouldContain("235.04 USD");
        (await billing.Sample.Client.Bills.GetAsync(approved.Id)).Locked.ShouldBeFalse();
    }

    [Fact]
    public async Task ConfirmedBills_AreApprovedAndRecalculated()
    {
        var bill = await billing.NewBillAsync();

        await ChooseAsync("approve", [("confirmed", "1"), ("ids", bill.Id)]);
        var approved = await billing.Sample.Client.Bills.GetAsync(bill.Id);
        var job = await ChooseAsync("recalculate", [("confirmed", "1"), ("ids", bill.Id)]);

        approved.Status.ShouldBe(BillStatus.Approved);
        job.ShouldContain("<h1>Recalculation</h1>");
        job.ShouldContain("Recalculation started.");
    }

    [Fact]
    public async Task Locking_IsConfirmedByTheNumberOfBills()
    {
        var bill = await billing.NewBillAsync();
        await billing.Sample.Client.Bills.UpdateStatusAsync(bill.Id, new() { Status = BillStatus.Approved });

        var refused = await ChooseAsync("lock", [("confirmed", "1"), ("TypedName", "2"), ("ids", bill.Id)]);
        var isLocked = (await billing.Sample.Client.Bills.GetAsync(bill.Id)).Locked;
        var locked = await ChooseAsync("lock", [("confirmed", "1"), ("TypedName", "1"), ("ids", bill.Id)]);

        refused.ShouldContain("Type 1 to confirm.");
        isLocked.ShouldBeFalse();
        locked.ShouldContain("1 bill locked.");
    }

    [Fact]
    public async Task Toast_IsKeptWhenTheNextPageLeadsOn()
    {
        using var response = await billing.Administrator.SendAsync(
            billing.To("bills/approve-period?last=2025-05-31&frequency=MONTHLY"), "approve-period");

        (await response.Content.ReadAsStringAsync()).ShouldContain("data-toast");
    }

    [Fact]
    public async Task Period_IsApprovedAsAWhole()
    {
        await billing.NewBillAsync();

        var before = await billing.GetAsync("bills/approve-period?last=2026-05-31&frequency=MONTHLY");
        var none = await billing.GetAsync("bills/approve-period?last=2025-05-31&frequency=MONTHLY");

        before.ShouldContain("with a period that ends on 2026-05-31, monthly.");
        before.ShouldContain("Total in USD");
        none.ShouldContain("No pending bills");
        none.ShouldNotContain("class=\"primary\"");
        (await billing.GetAsync("bills/approve-period?last=nonsense")).ShouldContain("role=\"alert\"");
    }

    [Fact]
    public async Task LockDate_ThatWouldLockPendingBills_IsRefusedBesideTheField()
    {
        await billing.NewBillAsync();

        using var response = await billing.Administrator.SendAsync(
            billing.To("bills/lock-date"), null, ("billLockDate", "2026-06-01"));

        var page = await response.Content.ReadAsStringAsync();
        page.ShouldContain("id=\"field-billLockDate-fault\"");
        page.ShouldContain("pending, so this date will be refused:");
    }

    [Fact]
    public async Task Credit_ChangesTheBill_AndItsTextStaysText()
    {
        var bill = await billing.NewBillAsync();
        var path = billing.To($"bills/{bill.Id}/credits/new");

        using var refused = await billing.Administrator.SendAsync(path, null, Credit("-1.005"));
        var page = await billing.Administrator.SubmitAsync(path, Credit("12.50"));

        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await refused.Content.ReadAsStringAsync()).ShouldContain("id=\"field-amount-fault\"");
        page.ShouldContain("222.54 USD");
        page.ShouldContain("Credit saved.");
        page.ShouldContain("Goodwill");
        page.ShouldContain("&quot;&gt;&lt;img src=x onerror=alert(1)&gt;");
        page.ShouldNotContain("<img src=x");
    }

    [Fact]
    public async Task Reader_SeesTheBill_AndNoAction()
    {
        var bill = await billing.NewBillAsync();

        var page = await billing.Reader.GetAsync(billing.To($"bills/{bill.Id}"));
        var list = await billing.Reader.GetAsync(billing.To(June));

        page.ShouldContain("Why this amount");
        foreach (var action in (string[])
            ["Approve", "Recalculate", "Delete", "Lock", "Add credit", "Generate statement"])
            page.ShouldNotContain($">{action}<");
        list.ShouldNotContain("type=\"checkbox\" name=\"ids\"");
        list.ShouldNotContain("Run billing");
        list.ShouldNotContain("Approve a period");
        (await billing.Reader.GetAsync(billing.To("bills/lock-date"))).ShouldNotContain("Set lock date");
    }

    [Fact]
    public async Task Files_ComeWithTheRightsOfThePerson()
    {
        var bill = await billing.NewBillAsync();
        await billing.Sample.Client.Bills.CreateCsvStatementAsync(bill.Id);

        (await billing.Reader.GetAsync(billing.To($"bills/{bill.Id}/invoice.pdf"))).ShouldStartWith("%PDF");
        (await billing.GetAsync($"bills/{bill.Id}/statement.csv")).ShouldStartWith("lineItemId,");
        (await billing.GetAsync($"bills/{bill.Id}/statement.json")).ShouldContain(bill.Id);
        var usage = bill.LineItems!.First(line => line.LineItemType == LineItemType.Usage);
        (await billing.GetAsync($"bills/{bill.Id}/lines/{usage.Id}/usage.json")).ShouldContain("1500.5");
        await billing.Administrator.GetAsync(
            billing.To($"bills/{Guid.NewGuid()}/invoice.pdf"), HttpStatusCode.NotFound);
        (await billing.Administrator.SubmitAsync(
            billing.To("bills/download"), ("from", "2026-06-01"), ("until", "2026-07-01"), ("format", "STANDARD")))
            .ShouldContain(bill.Id);
        (await billing.Administrator.SubmitAsync(
            billing.To("bills/download"), ("from", "2026-01-01"), ("until", "2026-07-01"), ("format", "STANDARD")))
            .ShouldContain("must be at most 31 days after");
    }

    private (string, string)[] Credit(string amount) =>
    [
        ("description", "\"><img src=x onerror=alert(1)>"), ("amount", amount), ("productId", billing.Sample.ProductId),
        ("accountingProductId", billing.Sample.ProductId), ("creditReasonId", billing.Sample.ReasonId),
        ("servicePeriodStartDate", "2026-05-01T00:00:00"), ("servicePeriodEndDate", "2026-06-01T00:00:00"),
    ];

    // What the bulk form of the list sends, or that of the confirmation.
    private async Task<string> ChooseAsync(string action, (string, string)[] values)
    {
        using var response = await billing.Administrator.SendAsync(
            billing.To("bills/confirm"), "bills", [("action", action), .. values]);
        return await response.Content.ReadAsStringAsync();
    }
}
