using System.Net;
using System.Text.Json.Nodes;
using Tallystick.Billing.Bills;
using Tallystick.Resources.Changes;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.Statements;

/// <summary>The life of statements: jobs, lists, URLs, and whether a statement still holds.</summary>
public sealed class StatementJobTests(SqliteServer server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bill_AfterItsStatement_SaysSoAndOffersIt()
    {
        using var client = await server.NewOrganizationAsync();
        var bill = await StatedBill.MakeAsync(client);
        (await client.GetAsync($"bills/{bill.Id}/statement/json")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await client.GetAsync($"bills/{bill.Id}/statement/csv")).Status.ShouldBe(HttpStatusCode.NotFound);

        await bill.RunAsync();

        var stored = await bill.BillAsync();
        ((bool)stored["jsonStatementGenerated"]!).ShouldBeTrue();
        ((bool)stored["csvStatementGenerated"]!).ShouldBeFalse();
        ((bool)stored["statementStale"]!).ShouldBeFalse();
        var url = (await client.GetAsync($"bills/{bill.Id}/statement/json")).Object["downloadUrl"];
        StatedBill.Rows(await bill.DownloadAsync(url)).Count.ShouldBe(2);
        (await client.GetAsync($"bills/{bill.Id}/statement/csv")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task CsvStatement_Posted_ExistsAtOnce()
    {
        using var client = await server.NewOrganizationAsync();
        var bill = await StatedBill.MakeAsync(client);

        var made = (await client.SendAsync(HttpMethod.Post, $"bills/{bill.Id}/statement/csv", null)).Object;

        (await bill.DownloadAsync(made["downloadUrl"])).ShouldContain("SUM,15.5");
        var again = (await client.GetAsync($"bills/{bill.Id}/statement/csv")).Object;
        (await bill.DownloadAsync(again["downloadUrl"])).ShouldContain("SUM,15.5");
        ((bool)(await bill.BillAsync())["csvStatementGenerated"]!).ShouldBeTrue();
        (await client.GetAsync("statementjobs")).Data.ShouldHaveSingleItem();
        (await client.SendAsync(HttpMethod.Post, "bills/none/statement/csv", null)).Status
            .ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Statement_AfterARecalculation_IsStale()
    {
        using var client = await server.NewOrganizationAsync();
        var bill = await StatedBill.MakeAsync(client);
        var job = await bill.RunAsync(withCsv: true);

        await bill.RecalculateAsync();

        var stored = await bill.BillAsync();
        ((bool)stored["statementStale"]!).ShouldBeTrue();
        ((bool)stored["csvStatementGenerated"]!).ShouldBeTrue();
        job = (await client.GetAsync($"statementjobs/{job["id"]}")).Object;
        ((string)job["jsonStatementStatus"]!).ShouldBe("STALE");
        ((string)job["csvStatementStatus"]!).ShouldBe("STALE");
        ((string)(await bill.RunAsync())["jsonStatementStatus"]!).ShouldBe("LATEST");
        ((bool)(await bill.BillAsync())["statementStale"]!).ShouldBeFalse();
    }

    [Fact]
    public async Task Statement_AfterAChangeOfItsDefinition_IsInvalid()
    {
        using var client = await server.NewOrganizationAsync();
        var bill = await StatedBill.MakeAsync(client);
        var definition = await bill.DefineAsync("""{"aggregationFrequency":"MONTH"}""");
        var job = await bill.RunAsync();
        ((string)job["jsonStatementStatus"]!).ShouldBe("LATEST");

        var changed = (await client.GetAsync($"statementdefinitions/{definition}")).Object;
        changed["aggregationFrequency"] = "DAY";
        (await client.PutAsync($"statementdefinitions/{definition}", changed)).Status.ShouldBe(HttpStatusCode.OK);

        job = (await client.GetAsync($"statementjobs/{job["id"]}")).Object;
        ((string)job["jsonStatementStatus"]!).ShouldBe("INVALIDATED");
    }

    [Fact]
    public async Task Jobs_OfABatch_AreListedByBillOrStatus()
    {
        using var client = await server.NewOrganizationAsync();
        var bill = await StatedBill.MakeAsync(client);

        var batch = await client.PostAsync("statementjobs/batch", new JsonObject
        {
            ["billIds"] = new JsonArray(bill.Id, bill.Id),
            ["includeCsvFormat"] = true,
        });

        var id = (string)batch.Json!.AsArray().ShouldHaveSingleItem()!["id"]!;
        ((bool)(await bill.EndedAsync(id))["includeCsvFormat"]!).ShouldBeTrue();
        foreach (var (query, count) in new[]
        {
            ("", 1), ("?active=true", 0), ("?active=false", 1), ("?status=COMPLETE", 1), ("?status=FAILED", 0),
            ($"?billId={bill.Id}", 1), ("?billId=other", 0),
        })
            (await client.GetAsync("statementjobs" + query)).Data.Count.ShouldBe(count, query);
    }

    [Theory]
    [InlineData("active=true&status=COMPLETE", "contradiction status")]
    [InlineData("status=COMPLETE&billId=x", "contradiction billId")]
    [InlineData("status=DONE", "unknown_value status")]
    [InlineData("active=yes", "type active")]
    public async Task List_WithAWrongFilter_IsRefused(string query, string fault)
    {
        using var client = await server.NewOrganizationAsync();
        var refused = await client.GetAsync("statementjobs?" + query);
        refused.Status.ShouldBe(HttpStatusCode.BadRequest);
        refused.Faults.ShouldBe([fault]);
    }

    [Theory]
    [InlineData("statementjobs", """{"billId":"none"}""", "unknown_reference billId")]
    [InlineData("statementjobs", """{}""", "required billId")]
    [InlineData("statementjobs/batch", """{"billIds":["none"]}""", "unknown_reference billIds[0]")]
    [InlineData("statementjobs/batch", """{"billIds":[]}""", "count billIds")]
    public async Task Job_OfNoBill_IsRefused(string path, string body, string fault)
    {
        using var client = await server.NewOrganizationAsync();
        var refused = await client.PostAsync(path, body);
        refused.Status.ShouldBe(HttpStatusCode.BadRequest);
        refused.Faults.ShouldBe([fault]);
        (await client.GetAsync("statementjobs")).Data.ShouldBeEmpty();
    }

    [Fact]
    public async Task Job_Ended_CannotBeCancelled()
    {
        using var client = await server.NewOrganizationAsync();
        var job = await (await StatedBill.MakeAsync(client)).RunAsync();
        (await client.SendAsync(HttpMethod.Post, $"statementjobs/{job["id"]}/cancel", null)).Status
            .ShouldBe(HttpStatusCode.Conflict);
        (await client.SendAsync(HttpMethod.Post, "statementjobs/none/cancel", null)).Status
            .ShouldBe(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("JSON_AND_CSV", null, true)]
    [InlineData("NONE", "JSON", false)]
    [InlineData(null, "JSON", true)]
    public async Task Bill_WhenApproved_GetsItsStatement(string? ofAccount, string? ofOrganization, bool isGenerated)
    {
        await using var own = await ApiServer.StartAsync();
        var client = own.Client;
        var bill = await StatedBill.MakeAsync(client);
        await SetAsync(client, $"accounts/{bill.Account.Id}", ofAccount);
        await SetAsync(client, "organizationconfig", ofOrganization);

        await ApproveAsync(own, bill.Id);

        var (last, name) = (await BilledLaterAsync(own, client), "statementjobs");
        await bill.EndedAsync(last);
        var jobs = (await client.GetAsync($"{name}?billId={bill.Id}")).Data;
        jobs.Count.ShouldBe(isGenerated ? 1 : 0);
        if (isGenerated)
            ((bool?)jobs[0]["includeCsvFormat"]).ShouldBe(ofAccount == "JSON_AND_CSV");
    }

    private static async Task SetAsync(ApiClient client, string path, string? mode)
    {
        var entity = (await client.GetAsync(path)).Object;
        entity["autoGenerateStatementMode"] = mode;
        (await client.PutAsync(path, entity)).Status.ShouldBe(HttpStatusCode.OK);
    }

    private static Task ApproveAsync(ApiServer own, string billId) => own.Service<ResourceService>().ChangeAsync(
        own.OrganizationId, "test", Token, async change =>
        {
            var bill = (await change.Related.FindAsync<Bill>(billId))!;
            await change.PutAsync(BillResource.Definition, bill, bill with { Status = BillStatus.Approved });
            var approved = (await change.Related.FindAsync<Bill>(billId))!;
            await change.PutAsync(BillResource.Definition, approved, approved with { Locked = true });
            return true;
        });

    // The subscriber handles events in order: when it has handled this later bill, it has handled the first one.
    private static async Task<string> BilledLaterAsync(ApiServer own, ApiClient client)
    {
        var account = await Bills.BilledAccount.MakeAsync(client, "later");
        await SetAsync(client, $"accounts/{account.Id}", "JSON");
        await account.ShouldBeBilledAsync("2025-02-01");
        var billId = (string)(await client.GetAsync($"bills/latest/{account.Id}")).Object["id"]!;
        await ApproveAsync(own, billId);
        while (true)
        {
            Token.ThrowIfCancellationRequested();
            if ((await client.GetAsync($"statementjobs?billId={billId}")).Data is [var job])
                return (string)job["id"]!;
        }
    }
}
