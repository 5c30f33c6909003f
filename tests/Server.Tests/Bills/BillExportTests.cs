using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Tallystick.Server.Tests.Api;
using Tallystick.Server.Tests.Permissions;

namespace Tallystick.Server.Tests.Bills;

/// <summary>CSV files of bills, and queries of their line items (billing reference 25).</summary>
public sealed class BillExportTests(SqliteServer server)
{
    private const string January = """{"startDate":"2025-01-01","endDate":"2025-02-01"}""";

    [Fact]
    public async Task Csv_OfAPeriod_HasARowForEachLineItem()
    {
        using var client = await server.NewOrganizationAsync();
        var account = await BilledAccount.MakeAsync(client);
        var id = await BillLifeTests.BillOfAsync(account, "2025-02-01");
        await BillLifeTests.BillOfAsync(account, "2025-03-01");

        var rows = await DownloadAsync(client, January);

        rows.Count.ShouldBe(2);
        var row = rows[0].Split(',').Zip(rows[1].Split(',')).ToDictionary(one => one.First, one => one.Second);
        row["billId"].ShouldBe(id);
        row["accountName"].ShouldBe("Ann");
        row["billDate"].ShouldBe("2025-02-01");
        row["lineItemType"].ShouldBe("STANDING_CHARGE");
        decimal.Parse(row["subtotal"], CultureInfo.InvariantCulture).ShouldBe(30);
        row["servicePeriodStartDate"].ShouldBe("2025-01-01T00:00:00Z");
        (await DownloadAsync(client, """
            {"externalInvoiceDateStart":"2025-02-01","externalInvoiceDateEnd":"2025-03-01T00:00:00Z"}
            """)).ShouldBe(rows);
        (await DownloadAsync(client, """{"startDate":"2024-01-01","endDate":"2024-02-01"}""")).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Csv_ForXero_HasOneUnitAtTheBilledAmount()
    {
        using var client = await server.NewOrganizationAsync();
        var id = await BillLifeTests.BillOfAsync(await BilledAccount.MakeAsync(client), "2025-02-01");

        var rows = await DownloadAsync(
            client, """{"startDate":"2025-01-01","endDate":"2025-02-01","externalSystem":"XERO"}""");

        rows.ShouldBe(
        [
            "*ContactName,*InvoiceNumber,Reference,*InvoiceDate,*DueDate,*Description,*Quantity,*UnitAmount,"
                + "*AccountCode,*TaxType,Currency",
            $"Ann,{id},,2025-02-01,2025-03-03,Standing Charge,1,30,product of billed,,USD",
        ]);
    }

    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+1", "'+1")]
    [InlineData("-1", "'-1")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("=A1,\"x\"", "\"'=A1,\"\"x\"\"\"")]
    [InlineData("a=1", "a=1")]
    public async Task Csv_WithATextThatIsAFormula_IsHarmless(string description, string field)
    {
        using var client = await server.NewOrganizationAsync();
        var id = await BillLifeTests.BillOfAsync(await BilledAccount.MakeAsync(client), "2025-02-01");
        var product = (string)(await client.GetAsync("products")).Data.Single()["id"]!;
        await FullSamples.CreateAsync(client, $"bills/{id}/creditlineitems", new JsonObject
        {
            ["productId"] = product,
            ["accountingProductId"] = product,
            ["description"] = description,
            ["amount"] = 5,
            ["servicePeriodStartDate"] = "2025-01-01T00:00:00Z",
            ["servicePeriodEndDate"] = "2025-02-01T00:00:00Z",
        });

        var rows = await DownloadAsync(client, January);

        rows[2].ShouldContain($",CREDIT_MEMO,{field},2025-01-01T00:00:00Z,");
        // A negative amount stays a number.
        rows[2].ShouldContain(",-5,USD,1,-5,");
    }

    [Theory]
    [InlineData("{}", "required startDate")]
    [InlineData("""{"startDate":"2025-01-01"}""", "needs endDate")]
    [InlineData("""{"externalInvoiceDateEnd":"2025-01-01"}""", "needs externalInvoiceDateStart")]
    [InlineData("""{"startDate":"2025-01-02","endDate":"2025-01-01"}""", "order endDate")]
    [InlineData("""{"startDate":"2025-01-01","endDate":"2025-02-02"}""", "range endDate")]
    [InlineData("""{"startDate":"0001-01-01","endDate":"9999-12-31T23:59:59Z"}""", "range endDate")]
    [InlineData("""{"startDate":"soon","endDate":"2025-02-02"}""", "date_time startDate")]
    [InlineData("""{"startDate":"2025-01-01","endDate":"2025-02-01","externalSystem":"SAP"}""",
        "unknown_value externalSystem")]
    public async Task Csv_WithAFault_IsRefused(string body, string fault)
    {
        using var client = await server.NewOrganizationAsync();
        (await client.PostAsync("bills/download/csv/url", body)).Faults.ShouldBe([fault]);
    }

    [Fact]
    public async Task Csv_ByACallerWhoMaySeeOneBillAndNoAccounts_HasThatBillAndTheCodeOfTheAccount()
    {
        using var client = await server.NewOrganizationAsync();
        var account = await BilledAccount.MakeAsync(client);
        var id = await BillLifeTests.BillOfAsync(account, "2025-02-01");
        var other = await BillLifeTests.BillOfAsync(await BilledAccount.MakeAsync(client, "other"), "2025-02-01");
        using var clerk = await Principal.MakeAsync(client, $"allow config:retrieve billing:bill/item/{id}");

        var rows = await DownloadAsync(clerk.Client, January);

        rows.Count.ShouldBe(2);
        rows[1].ShouldStartWith($"{id},{account.Id},billed,billed,");
        rows[1].ShouldNotContain(other);
    }

    [Theory]
    [InlineData("", "2025-04-01 2025-03-01 2025-02-01")]
    [InlineData(""","limit":2""", "2025-04-01 2025-03-01")]
    [InlineData(""","dimensions":[{"name":"account","filter":["billed"]}]""", "2025-04-01 2025-03-01 2025-02-01")]
    [InlineData(""","dimensions":[{"name":"account","filter":["Ann","x"]}]""", "2025-04-01 2025-03-01 2025-02-01")]
    [InlineData(""","dimensions":[{"name":"account","filter":["other"]}]""", "")]
    [InlineData(""","dimensions":[{"name":"account","filter":["*"]}]""", "2025-04-01 2025-03-01 2025-02-01")]
    [InlineData(""","dimensions":[{"name":"product name","filter":["Product"]}],"limit":1""", "2025-04-01")]
    [InlineData(""","dimensions":[{"name":"product name","filter":["Other"]}]""", "")]
    public async Task Explorer_WithFilters_ReturnsTheLineItemsThatMatch(string filters, string expected)
    {
        using var client = await server.NewOrganizationAsync();
        var account = await BilledAccount.MakeAsync(client);
        foreach (var date in new[] { "2025-02-01", "2025-03-01", "2025-04-01", "2025-05-01" })
            await BillLifeTests.BillOfAsync(account, date);

        var rows = (await ExploreAsync(client, filters)).Object["values"]!.AsArray();

        string.Join(' ', rows.Select(row => row!["billDetails"]!["billDate"])).ShouldBe(expected);
        foreach (var row in rows)
        {
            ((string?)row!["dimensions"]!["account"]).ShouldBe("billed");
            ((decimal)row["measures"]!["subtotal"]!).ShouldBe(30);
            ((string?)row["billDetails"]!["week"])!.ShouldStartWith("2025-W");
        }
    }

    [Theory]
    [InlineData(""","limit":0""", "range limit")]
    [InlineData(""","limit":2001""", "range limit")]
    [InlineData(""","dimensions":[{"name":"plan","filter":["x"]}]""", "unknown_value dimensions[0].name")]
    [InlineData(""","dimensions":[{"name":"account","filter":[]}]""", "count dimensions[0].filter")]
    [InlineData(""","lineItemTypes":[]""", "count lineItemTypes")]
    [InlineData(""","endDate":"2024-01-01T00:00:00Z" """, "order endDate")]
    public async Task Explorer_WithAFault_IsRefused(string change, string fault)
    {
        using var client = await server.NewOrganizationAsync();
        var body = Query("");
        foreach (var (name, value) in FullSamples.Parse($"{{{change.TrimStart(',')}}}"))
            body[name] = value?.DeepClone();
        (await client.PostAsync("dataexplorer/bills", body)).Faults.ShouldBe([fault]);
    }

    [Fact]
    public async Task Explorer_AfterTenQueriesAtOnce_Answers429ToThatOrganizationOnly()
    {
        using var client = await server.NewOrganizationAsync();
        using var other = await server.NewOrganizationAsync();
        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 40 && !answers.Contains(HttpStatusCode.TooManyRequests); i++)
            answers.Add((await ExploreAsync(client, "")).Status);

        answers.Count.ShouldBeGreaterThan(10);
        answers[^1].ShouldBe(HttpStatusCode.TooManyRequests);
        (await ExploreAsync(other, "")).Status.ShouldBe(HttpStatusCode.OK);
    }

    private static JsonObject Query(string filters) => FullSamples.Parse($$"""
        {"startDate":"2025-02-01T00:00:00Z","endDate":"2025-05-01T00:00:00Z","lineItemTypes":["STANDING_CHARGE"]
         {{filters}}}
        """);

    private static Task<ApiAnswer> ExploreAsync(ApiClient client, string filters) =>
        client.PostAsync("dataexplorer/bills", Query(filters));

    /// <summary>The lines of the file, fetched without a token.</summary>
    private static async Task<IReadOnlyList<string>> DownloadAsync(ApiClient client, string body)
    {
        var url = (string)(await client.PostAsync("bills/download/csv/url", body)).Object["downloadUrl"]!;
        using var http = new HttpClient();
        using var answer = await http.GetAsync(url, TestContext.Current.CancellationToken);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/csv");
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
    }
}
