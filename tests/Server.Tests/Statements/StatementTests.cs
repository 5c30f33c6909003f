using System.Net;
using System.Text.Json.Nodes;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.Statements;

/// <summary>What statements say: the usage of a bill by time and dimensions (billing reference 26).</summary>
public sealed class StatementTests(SqliteServer server)
{
    [Fact]
    public async Task Statement_WithoutADefinition_IsTheSumOfThePeriod()
    {
        using var client = await server.NewOrganizationAsync();
        var bill = await StatedBill.MakeAsync(client);

        var job = await bill.RunAsync();

        ((string)job["statementJobStatus"]!).ShouldBe("COMPLETE");
        ((string)job["jsonStatementStatus"]!).ShouldBe("LATEST");
        job["presignedCsvStatementUrl"].ShouldBeNull();
        var statement = await bill.DownloadAsync(job["presignedJsonStatementUrl"]);
        StatedBill.Rows(statement).ShouldBe(["Calls: 15.5", "01-01 n.SUM=15.5"]);
        var header = JsonNode.Parse(statement)!;
        ((string)header["billId"]!).ShouldBe(bill.Id);
        ((string)header["accountCode"]!).ShouldBe("billed");
        ((string)header["aggregationFrequency"]!).ShouldBe("WHOLE_PERIOD");
        header["lineItems"]![0]!["pricePerUnit"].ShouldBeNull();
    }

    [Fact]
    public async Task Statement_ByDayAndRegion_AddsUpToTheBill()
    {
        using var client = await server.NewOrganizationAsync();
        var bill = await StatedBill.MakeAsync(client);
        await bill.DefineAsync($$"""
            {"name":"Daily","aggregationFrequency":"DAY","includePricePerUnit":true,
             "dimensions":[{"meterId":"{{bill.Meter}}","name":"region","filter":["*"]},{"name":"other","filter":["*"]}],
             "measures":[{"name":"n","aggregations":["SUM","COUNT","MAX","MEAN"]},
               {"name":"note","aggregations":["UNIQUE","SUM"]}]}
            """);

        var statement = await bill.DownloadAsync((await bill.RunAsync())["presignedJsonStatementUrl"]);

        var rows = StatedBill.Rows(statement);
        rows.Count.ShouldBe(1 + 31 + 1); // the line; 31 days, one of which has two regions
        rows[0].ShouldBe("Calls: 15.5");
        rows[1].ShouldBe("01-01 - n.SUM=0 n.COUNT=0 n.MAX=null n.MEAN=null note.UNIQUE=0");
        rows[5].ShouldBe("01-05 eu n.SUM=11 n.COUNT=2 n.MAX=10 n.MEAN=5.5 note.UNIQUE=1");
        rows[6].ShouldBe("01-05 us n.SUM=4 n.COUNT=1 n.MAX=4 n.MEAN=4 note.UNIQUE=1");
        rows[21].ShouldBe("01-20 zz n.SUM=0.5 n.COUNT=1 n.MAX=0.5 n.MEAN=0.5 note.UNIQUE=1");
        JsonNode.Parse(statement)!["lineItems"]![0]!["pricePerUnit"]!.GetValue<decimal>().ShouldBe(1.5m);
    }

    [Fact]
    public async Task Decision22_SlimStatement_HasTheLayoutsWithoutEmptyRowsAndValues()
    {
        using var client = await server.NewOrganizationAsync();
        var bill = await StatedBill.MakeAsync(client);
        await bill.DefineAsync("""
            {"aggregationFrequency":"DAY","generateSlimStatements":true,
             "dimensions":[{"name":"region","filter":["us","eu"]}]}
            """);

        var job = await bill.RunAsync(withCsv: true, bill.Meter);

        var statement = await bill.DownloadAsync(job["presignedJsonStatementUrl"]);
        StatedBill.Rows(statement).ShouldBe(["Calls: 15.5", "01-05 eu n.SUM=11", "01-05 us n.SUM=4"]);
        var stated = JsonNode.Parse(statement)!["lineItems"]![0]!.AsObject();
        stated.Select(member => member.Key).ShouldBe(
            ["id", "description", "productName", "meterId", "meterCode", "unit", "quantity", "rows"]);
        stated["rows"]![0]!.AsObject().Select(member => member.Key)
            .ShouldBe(["start", "end", "dimensions", "measures"]);
        ((string)job["csvStatementStatus"]!).ShouldBe("LATEST");
        var line = (string)(await bill.BillAsync())["lineItems"]!.AsArray()
            .Single(one => (string?)one!["lineItemType"] == "USAGE")!["id"]!;
        (await bill.DownloadAsync(job["presignedCsvStatementUrl"])).Split("\r\n").ShouldBe(
        [
            "lineItemId,description,productName,meterCode,childAccountCode,segment,unit,quantity,start,end,region,"
                + "measure,aggregation,value",
            $"{line},Calls,Product,calls,,,call,15.5,2025-01-05T00:00:00Z,2025-01-06T00:00:00Z,eu,n,SUM,11",
            $"{line},Calls,Product,calls,,,call,15.5,2025-01-05T00:00:00Z,2025-01-06T00:00:00Z,us,n,SUM,4",
            "",
        ]);
        // A statement of some lines is not the statement of the bill.
        (await bill.BillAsync())["jsonStatementGenerated"].ShouldBeNull();
        (await client.GetAsync($"bills/{bill.Id}/statement/json")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Statement_ThatCannotBeExact_FailsWithTheReason()
    {
        using var client = await server.NewOrganizationAsync();
        var bill = await StatedBill.MakeAsync(client);
        // 6 and 6 times 10^27 on the same day: 29 digits.
        await bill.DefineAsync("""{"aggregationFrequency":"DAY","measures":[{"name":"big"}]}""");

        var job = await bill.RunAsync();

        ((string)job["statementJobStatus"]!).ShouldBe("FAILED");
        ((string)job["failureReason"]!).ShouldContain("digits");
        job["presignedJsonStatementUrl"].ShouldBeNull();
        (await bill.BillAsync())["jsonStatementGenerated"].ShouldBeNull();
        var refused = await client.SendAsync(HttpMethod.Post, $"bills/{bill.Id}/statement/csv", null);
        refused.Status.ShouldBe(HttpStatusCode.BadRequest);
        refused.Message.ShouldContain("digits");
    }

    [Fact]
    public async Task Statement_OfOtherMeters_HasNoLines()
    {
        using var client = await server.NewOrganizationAsync();
        var bill = await StatedBill.MakeAsync(client);
        var job = await bill.RunAsync(meterId: "other");
        StatedBill.Rows(await bill.DownloadAsync(job["presignedJsonStatementUrl"])).ShouldBeEmpty();
    }

    [Fact]
    public async Task Statement_WeeksFromTheEpoch_AreCutAtThePeriod()
    {
        using var client = await server.NewOrganizationAsync();
        var bill = await StatedBill.MakeAsync(client);
        await bill.DefineAsync("""{"aggregationFrequency":"WEEK"}""");

        var rows = StatedBill.Rows(await bill.DownloadAsync((await bill.RunAsync())["presignedJsonStatementUrl"]));

        // The default epoch, 2022-01-04, is a Tuesday: weeks begin on 31 December, 7, 14, 21 and 28 January.
        rows.ShouldBe(
        [
            "Calls: 15.5", "01-01 n.SUM=15", "01-07 n.SUM=0", "01-14 n.SUM=0.5", "01-21 n.SUM=0", "01-28 n.SUM=0",
        ]);
    }

    [Fact]
    public async Task Statement_Segments_DivideTheUsageAsTheBillDoes()
    {
        using var client = await server.NewOrganizationAsync();
        var bill = await StatedBill.MakeAsync(client, """
            ,"segmentedFields":["region"],"segments":[{"region":"eu"},{"region":"*"}]
            """.Trim());

        var rows = StatedBill.Rows(await bill.DownloadAsync((await bill.RunAsync())["presignedJsonStatementUrl"]));

        rows.Count.ShouldBe(5);
        rows.Count(row => row.EndsWith(": 11", StringComparison.Ordinal)).ShouldBe(1);
        rows.ShouldContain("01-01 n.SUM=11");
        rows.Count(row => row.EndsWith(": 4.5", StringComparison.Ordinal)).ShouldBe(1);
        rows.ShouldContain("01-01 us n.SUM=4");
        rows.ShouldContain("01-01 zz n.SUM=0.5");
    }

    [Fact]
    public async Task LineUsage_OfAUsageLine_IsItsPartOfTheStatement()
    {
        using var client = await server.NewOrganizationAsync();
        var bill = await StatedBill.MakeAsync(client);
        await bill.DefineAsync("""{"aggregationFrequency":"MONTH","measures":[{"aggregations":["COUNT"]}]}""");
        var lines = (await bill.BillAsync())["lineItems"]!.AsArray();
        string LineOf(string type) => (string)lines.Single(one => (string?)one!["lineItemType"] == type)!["id"]!;

        var usage = await client.GetAsync($"bills/{bill.Id}/lineitems/{LineOf("USAGE")}/usage/json");

        StatedBill.Rows(await bill.DownloadAsync(usage.Object["downloadUrl"])).ShouldBe(
            ["Calls: 15.5", "01-01 n.COUNT=4 big.COUNT=4"]);
        foreach (var other in new[] { LineOf("STANDING_CHARGE"), "none" })
            (await client.GetAsync($"bills/{bill.Id}/lineitems/{other}/usage/json")).Status
                .ShouldBe(HttpStatusCode.NotFound);
    }
}
