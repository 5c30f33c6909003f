using System.Net;
using Tallystick.Client;
using Tallystick.Console.Tests.Billing;

namespace Tallystick.Console.Tests.Prices;

/// <summary>Plans, prices, what they cost and what would change, as pages.</summary>
public sealed class PricePagesTests(BillingFixture billing) : IClassFixture<BillingFixture>
{
    [Theory]
    [InlineData("plans")]
    [InlineData("plantemplates")]
    [InlineData("plangroups")]
    [InlineData("pricings")]
    [InlineData("counterpricings")]
    public async Task List_OffersToCreate_OnlyToThoseWhoMay(string path)
    {
        (await billing.GetAsync(path)).ShouldContain($"{path}/new\"");
        (await billing.GetAsync($"{path}/new")).ShouldContain("Cancel");
        (await billing.Reader.GetAsync(billing.To(path))).ShouldNotContain($"{path}/new\"");
        (await billing.GetAsync($"export/{path}.csv")).ShouldContain("Id");
    }

    [Fact]
    public async Task Plan_ShowsItsPrices_AndAReaderNoAction()
    {
        var plan = await PlanAsync();

        var page = await billing.GetAsync($"plans/{plan.Id}");
        var read = await billing.Reader.GetAsync(billing.To($"plans/{plan.Id}"));

        page.ShouldContain("In effect");
        page.ShouldContain("Add price");
        page.ShouldContain("Duplicate");
        read.ShouldContain("In effect");
        foreach (var action in (string[])["Add price", "Duplicate", "/edit\"", "Delete"])
            read.ShouldNotContain(action);
    }

    [Fact]
    public async Task Plan_IsDuplicatedWithItsPrices()
    {
        var plan = await PlanAsync();

        using var sent = await billing.Administrator.SendAsync(
            billing.To($"plans/{plan.Id}"), "duplicate-plan", ("name", "<script>copy</script>"), ("code", "copy"));

        var copy = await billing.Sample.Client.Plans.ListAsync().SingleAsync(one => one.Code == "copy");
        (await billing.Sample.Client.Pricings.ListAsync(planId: copy.Id).ToListAsync()).ShouldNotBeEmpty();
        (await billing.GetAsync("plans")).ShouldContain("&lt;script&gt;copy");
    }

    [Fact]
    public async Task Price_OnItsPage_IsDrawnAndTabled()
    {
        var pricing = await PricingAsync();

        var page = await billing.GetAsync($"pricings/{pricing.Id}");

        page.ShouldContain("1,000 units cost");
        page.ShouldContain("<path class=\"line\"");
        page.ShouldContain("The same figures as a table");
        (await billing.Reader.GetAsync(billing.To($"pricings/{pricing.Id}"))).ShouldNotContain("Change price");
    }

    [Fact]
    public async Task Fault_OfABand_StandsBesideIt()
    {
        var pricing = await PricingAsync();

        using var response = await billing.Administrator.SendAsync(
            billing.To($"pricings/{pricing.Id}/edit"), null, ("pricingBands[0].lowerLimit", "5"),
            ("pricingBands[0].unitPrice", "two"));

        var page = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        page.ShouldContain("Unit price must be a number");
        (await billing.Sample.Client.Pricings.GetAsync(pricing.Id)).Version.ShouldBe(pricing.Version);
    }

    [Fact]
    public async Task ChangedPrice_EndsTheFormerOne()
    {
        var client = billing.Sample.Client;
        var template = await PlanAsync();
        var plan = await client.Plans.CreateAsync(
            new Plan { Name = "Changing", Code = "changing", PlanTemplateId = template.PlanTemplateId });
        var former = await client.Pricings.CreateAsync(
            await PricingAsync() with { Id = null!, Version = null, Code = null, PlanId = plan.Id });

        (await billing.Administrator.SubmitAsync(
            billing.To($"pricings/new?from={former.Id}"), ("startDate", "2027-01-01T00:00:00"),
            ("pricingBands[0].lowerLimit", "0"), ("pricingBands[0].fixedPrice", "0"),
            ("pricingBands[0].unitPrice", "9"))).ShouldContain("Price saved.");

        (await client.Pricings.GetAsync(former.Id)).EndDate.ShouldBe(new DateTimeOffset(2027, 1, 1, 0, 0, 0, default));
        (await client.Pricings.ListAsync(planId: plan.Id).ToListAsync()).Count.ShouldBe(2);
        (await billing.GetAsync($"plans/{plan.Id}")).ShouldContain("Begins later");
    }

    [Fact]
    public async Task Typing_ShowsTheCostAndLastMonthsBills_AndSavesNothing()
    {
        var pricing = await PricingAsync();
        await UseLastMonthAsync("account_1", 3);

        using var response = await billing.Administrator.SendAsync(
            billing.To($"pricings/{pricing.Id}/edit"), null, ("startDate", "2020-01-01T00:00:00"),
            ("cumulative", "true"), ("pricingBands[0].lowerLimit", "0"), ("pricingBands[0].fixedPrice", "1"),
            ("pricingBands[0].unitPrice", "2"), ("units", "10"), ("whatif", "true"), ("_live", "1"));

        var page = await response.Content.ReadAsStringAsync();
        page.ShouldContain("10 units cost");
        page.ShouldContain("21.00 USD");
        page.ShouldContain("Last month's bills with this price");
        page.ShouldContain("6.70 USD</strong>"); // 1 + 3 × 2, instead of 3 × 0.10
        page.ShouldContain(">account_1</a>");
        (await billing.Sample.Client.Pricings.GetAsync(pricing.Id)).Version.ShouldBe(pricing.Version);
    }

    [Fact]
    public async Task Price_IsCreatedInTwoSteps()
    {
        var pricing = await PricingAsync();
        var template = await PlanAsync();
        var plan = await billing.Sample.Client.Plans.CreateAsync(
            new Plan { Name = "New", Code = "new_prices", PlanTemplateId = template.PlanTemplateId });

        var page = await billing.Administrator.SubmitAsync(
            billing.To($"pricings/new?planId={plan.Id}&aggregationId={pricing.AggregationId}"),
            ("startDate", "2026-01-01T00:00:00"), ("pricingBands[0].lowerLimit", "0"),
            ("pricingBands[0].fixedPrice", "0"), ("pricingBands[0].unitPrice", "0.0000125"), ("units", "10"));

        page.ShouldContain("Price saved.");
        page.ShouldContain("0.0000125");
    }

    private Task UseLastMonthAsync(string account, decimal requests)
    {
        var today = TimeProvider.System.GetUtcNow();
        return billing.Sample.Client.Measurements.SubmitAsync(new SubmitMeasurementsRequest
        {
            Measurements =
            [
                new Measurement
                {
                    Uid = $"{Guid.NewGuid()}",
                    Meter = "requests",
                    Account = account,
                    Ts = today.AddDays(-today.Day),
                    Measure = new() { ["requests"] = requests },
                },
            ],
        });
    }

    private Task<Plan> PlanAsync() =>
        billing.Sample.Client.Plans.ListAsync().LastAsync().AsTask();

    private async Task<Tallystick.Client.Pricing> PricingAsync() =>
        await billing.Sample.Client.Pricings.ListAsync(planId: (await PlanAsync()).Id).LastAsync();
}
