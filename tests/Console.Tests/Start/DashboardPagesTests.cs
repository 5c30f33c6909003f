using Tallystick.Console.Tests.Billing;

namespace Tallystick.Console.Tests.Start;

/// <summary>The dashboard of an organization that has bills.</summary>
public sealed class DashboardPagesTests(BillingFixture billing) : IClassFixture<BillingFixture>
{
    [Fact]
    public async Task Dashboard_WithBills_SaysWhatHappenedAndOffersNoSetUp()
    {
        var dashboard = await billing.Administrator.GetAsync($"/org/{billing.Server.First.OrganizationId}");

        dashboard.ShouldContain("Ingest today (UTC)");
        dashboard.ShouldContain("&lt;script&gt;alert(");
        dashboard.ShouldNotContain("<script>alert");
        dashboard.ShouldNotContain("/setup");
    }

    [Fact]
    public async Task Dashboard_OfSomebodyWhoOnlyReads_OffersNoSetUp()
    {
        var dashboard = await billing.Reader.GetAsync($"/org/{billing.Server.First.OrganizationId}");

        dashboard.ShouldContain("Organization id");
        dashboard.ShouldContain("Recent accounts");
        dashboard.ShouldNotContain("/setup");
    }
}
