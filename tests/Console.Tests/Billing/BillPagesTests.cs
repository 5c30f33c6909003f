using System.Net;
using Tallystick.Client;

namespace Tallystick.Console.Tests.Billing;

/// <summary>Bills: listed, explained, changed in bulk, and never changed by those who may not.</summary>
public sealed class BillPagesTests(BillingFixture billing) : IClassFixture<BillingFixture>
{
    [Fact]
    public async Task List_ShowsTheMonthAndItsState()
    {
        var list = await billing.GetAsync("bills?from=2026-06-01&until=2026-07-01");

        list.ShouldContain("June 2026");
        list.ShouldContain("pending, ");
        list.ShouldContain("&lt;script&gt;alert(");
        list.ShouldNotContain("<script>alert");
        (await billing.GetAsync("bills")).ShouldContain("Previous month");
    }

    [Fact]
    public async Task Bill_ExplainsEachLine()
    {
        var bill = await billing.BillAsync();

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
}
