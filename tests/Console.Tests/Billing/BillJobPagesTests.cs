using System.Net;
using Tallystick.Client;

namespace Tallystick.Console.Tests.Billing;

/// <summary>Bill jobs, the calendar, the explorer and statement definitions.</summary>
public sealed class BillJobPagesTests(BillingFixture billing) : IClassFixture<BillingFixture>
{
    [Fact]
    public async Task RunBilling_ByCode_LeadsToTheJob()
    {
        var account = await billing.Sample.AddAccountAsync();

        var page = await billing.Administrator.SubmitAsync(
            billing.To("billjobs/new"), ("lastDateInBillingPeriod", "2026-05-31"), ("accountIds", account));

        page.ShouldContain("Billing started.");
        page.ShouldContain("<h1>Bill job</h1>");
        page.ShouldContain("1 chosen");
        (await billing.GetAsync("billjobs")).ShouldContain("Export CSV");
    }

    [Fact]
    public async Task RunBilling_OfAnUnknownAccount_IsRefusedBesideTheField()
    {
        using var response = await billing.Administrator.SendAsync(
            billing.To("billjobs/new"), null, ("accountIds", "no_such_account"));

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await response.Content.ReadAsStringAsync()).ShouldContain("id=\"field-accountIds-fault\"");
    }

    [Fact]
    public async Task Failure_NamesTheAccountAndTheReason()
    {
        await billing.Sample.Client.Currencies.CreateAsync(new Currency { Name = "Yen", Code = "JPY" });
        var product = await billing.Sample.Client.Products.CreateAsync(new Product { Name = "Other", Code = "other" });
        var template = await billing.Sample.Client.PlanTemplates.CreateAsync(new PlanTemplate
        {
            Name = "In yen",
            ProductId = product.Id,
            Currency = "JPY",
            StandingCharge = 90,
            BillFrequency = BillingFrequency.Monthly,
        });
        var plan = await billing.Sample.Client.Plans.CreateAsync(
            new Plan { Name = "Yen", Code = "yen", PlanTemplateId = template.Id });
        var account = await billing.Sample.Client.Accounts.CreateAsync(
            new Account { Name = "Without a rate", Code = "no_rate", EmailAddress = "billing@example.com" });
        await billing.Sample.Client.AccountPlans.CreateAsync(
            new AccountPlan
            {
                AccountId = account.Id,
                PlanId = plan.Id,
                StartDate = new(2026, 4, 1, 0, 0, 0, TimeSpan.Zero),
            });

        var job = await billing.Sample.RunAsync("no_rate");

        var page = await billing.GetAsync($"billjobs/{job.Id}");
        page.ShouldContain("Complete: No bills, 1 account failed.");
        page.ShouldContain("Accounts without a bill");
        page.ShouldContain("Without a rate");
        page.ShouldNotContain("data-refresh=\"1500\"");
        (await billing.GetAsync("bills?filtered=1")).ShouldContain("1 failed in the last bill job");
    }

    [Fact]
    public async Task Calendar_ShowsBillsOnTheirDate()
    {
        var page = await billing.GetAsync("billing/calendar?month=2026-06");

        page.ShouldContain("dated in June 2026");
        page.ShouldContain("bills?from=2026-06-01&amp;until=2026-06-02");
        page.ShouldContain("What will be billed");
        page.ShouldContain("Team");
        (await billing.GetAsync("billing/calendar?month=<script>")).ShouldContain("Previous month");
    }

    [Fact]
    public async Task Explorer_SumsAndExportsLines()
    {
        var page = await billing.GetAsync("billing/explorer?from=2026-06-01&until=2026-07-01&by=type&types=USAGE");
        var csv = await billing.GetAsync("billing/explorer.csv?from=2026-06-01&until=2026-07-01&types=USAGE");
        var none = await billing.GetAsync("billing/explorer?from=2026-06-01&until=2026-07-01&account=%3Cscript%3E");

        page.ShouldContain("Amounts in USD by type");
        page.ShouldContain("145.04 USD");
        page.ShouldNotContain("<script>alert");
        csv.ShouldContain("API calls,USAGE,");
        csv.ShouldNotContain("STANDING_CHARGE");
        none.ShouldContain("value=\"&lt;script&gt;\"");
        (await billing.GetAsync("billing/explorer?from=x&until=y")).ShouldContain("Enter two dates.");
    }

    [Fact]
    public async Task StatementDefinition_IsCreatedChangedAndDeleted()
    {
        var client = billing.Sample.Client;
        var meter = await client.Meters.ListAsync().FirstAsync();

        var page = await billing.Administrator.SubmitAsync(
            billing.To("statementdefinitions/new"), ("name", "Daily <b>"), ("aggregationFrequency", "DAY"),
            ("measures[0].meterId", meter.Id), ("measures[0].name", "requests"),
            ("measures[0].aggregations", "SUM, MAX"));
        var definition = await client.StatementDefinitions.ListAsync().FirstAsync();
        var edited = await billing.Administrator.SubmitAsync(
            billing.To($"statementdefinitions/{definition.Id}/edit"), ("name", "Weekly"),
            ("aggregationFrequency", "WEEK"));

        page.ShouldContain("Daily &lt;b&gt;");
        page.ShouldContain("Sum, Max");
        edited.ShouldContain("One row per week.");
        (await billing.Reader.GetAsync(billing.To($"statementdefinitions/{definition.Id}"))).ShouldNotContain(">Edit<");
    }

    [Fact]
    public async Task Tasks_AreListed() =>
        (await billing.GetAsync("tasks")).ShouldContain("running.");
}
