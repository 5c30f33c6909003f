using System.Net;
using System.Text.Json.Nodes;
using Tallystick.Billing.BillJobs;
using Tallystick.Server.Tests.Api;
using Tallystick.Server.Tests.Permissions;

namespace Tallystick.Server.Tests.Bills;

/// <summary>The life of a bill: pending, approved, locked, deleted (billing reference 23).</summary>
public sealed class BillLifeTests(SqliteServer server)
{
    [Fact]
    public async Task Bill_ApprovedAndLocked_SaysByWhomAndNeverChangesAgain()
    {
        using var client = await server.NewOrganizationAsync();
        var account = await BilledAccount.MakeAsync(client);
        var id = await BillOfAsync(account, "2025-02-01");

        (await client.PutAsync($"bills/{id}/lock", "{}")).Status.ShouldBe(HttpStatusCode.Conflict);
        var approved = (await SetAsync(client, id, "APPROVED")).Object;
        ((string?)approved["status"]).ShouldBe("APPROVED");
        ((string?)approved["approvedBy"]).ShouldBe((string?)approved["lastModifiedBy"]);
        ((string?)approved["dtApproved"]).ShouldBe((string?)approved["dtLastModified"]);
        ((long)(await SetAsync(client, id, "APPROVED")).Object["version"]!).ShouldBe((long)approved["version"]!);
        var locked = (await client.PutAsync($"bills/{id}/lock", "{}")).Object;
        ((bool)locked["locked"]!).ShouldBeTrue();
        ((string?)locked["lockedBy"]).ShouldBe((string?)locked["lastModifiedBy"]);
        ((string?)locked["dtLocked"]).ShouldBe((string?)locked["dtLastModified"]);

        (await SetAsync(client, id, "PENDING")).Status.ShouldBe(HttpStatusCode.Conflict);
        (await client.DeleteAsync($"bills/{id}")).Status.ShouldBe(HttpStatusCode.Conflict);
        (await client.PostAsync(
            "billjobs/recalculate", new JsonObject { ["billIds"] = new JsonArray(id) }))
            .Status.ShouldBe(HttpStatusCode.BadRequest);
        await account.BillAsync("2025-02-01");
        (await client.PutAsync($"bills/{id}/lock", "{}")).Object.ToJsonString().ShouldBe(locked.ToJsonString());
        (await client.GetAsync($"bills/{id}")).Object.ToJsonString().ShouldBe(locked.ToJsonString());
        (await client.GetAsync($"events?resourceId={id}")).Data.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Bill_SetBackToPendingOrRecalculated_LosesItsApproval()
    {
        using var client = await server.NewOrganizationAsync();
        var account = await BilledAccount.MakeAsync(client);
        var id = await BillOfAsync(account, "2025-02-01");

        await SetAsync(client, id, "APPROVED");
        ShouldBePending((await SetAsync(client, id, "PENDING")).Object);
        await SetAsync(client, id, "APPROVED");
        await account.BillAsync("2025-02-01");

        ShouldBePending((await client.GetAsync($"bills/{id}")).Object);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"status":"LOCKED"}""")]
    [InlineData("""{"status":null}""")]
    public async Task Status_ThatDoesNotExist_IsRefused(string body)
    {
        using var client = await server.NewOrganizationAsync();
        var id = await BillOfAsync(await BilledAccount.MakeAsync(client), "2025-02-01");

        var answer = await client.PutAsync($"bills/{id}/status", body);

        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer.Message.ShouldContain("status");
    }

    [Fact]
    public async Task Operations_OnABillThatDoesNotExist_Are404()
    {
        using var client = await server.NewOrganizationAsync();
        var id = Guid.NewGuid().ToString();
        (await SetAsync(client, id, "APPROVED")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await client.PutAsync($"bills/{id}/lock", "{}")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await client.DeleteAsync($"bills/{id}")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Approval_OfSeveral_IsOfTheGivenOnesWhateverTheQuerySays()
    {
        using var client = await server.NewOrganizationAsync();
        var account = await BilledAccount.MakeAsync(client);
        string[] ids = [await BillOfAsync(account, "2025-02-01"), await BillOfAsync(account, "2025-03-01"),
            await BillOfAsync(account, "2025-04-01")];
        await SetAsync(client, ids[1], "APPROVED");

        var unknown = await client.PostAsync(
            "bills/approve", new JsonObject { ["billIds"] = new JsonArray(ids[0], "unknown") });
        unknown.Faults.ShouldBe(["unknown_reference billIds[1]"]);
        (await PendingAsync(client)).ShouldBe(2);
        var answer = (await client.PostAsync(
            "bills/approve?accountIds=nobody",
            new JsonObject { ["billIds"] = new JsonArray(ids[0], ids[1], ids[0]) })).Object;

        ((string?)answer["message"]).ShouldBe("1 bill was approved. 1 was approved already.");
        ((string?)(await client.GetAsync($"bills/{ids[2]}")).Object["status"]).ShouldBe("PENDING");
        (await PendingAsync(client)).ShouldBe(1);
    }

    [Theory]
    [InlineData("accountIds={ann}", 2)]
    [InlineData("accountIds={ann},{ben}", 4)]
    [InlineData("accountIds=nobody", 0)]
    [InlineData("externalInvoiceDateStart=2025-03-01", 2)]
    [InlineData("externalInvoiceDateEnd=2025-03-01", 2)]
    [InlineData("externalInvoiceDateStart=2025-02-01&externalInvoiceDateEnd=2025-03-01&accountIds={ann}", 1)]
    public async Task Approval_WithoutBillIds_IsOfThoseThatTheQuerySelects(string query, int approved)
    {
        using var client = await server.NewOrganizationAsync();
        var (ann, ben) = (await BilledAccount.MakeAsync(client, "ann"), await BilledAccount.MakeAsync(client, "ben"));
        foreach (var date in new[] { "2025-02-01", "2025-03-01" })
            (await BillOfAsync(ann, date), await BillOfAsync(ben, date)).ShouldNotBe((null!, null!));

        var answer = await client.PostAsync(
            $"bills/approve?{query.Replace("{ann}", ann.Id, StringComparison.Ordinal)
                .Replace("{ben}", ben.Id, StringComparison.Ordinal)}", "{}");

        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Message);
        (await PendingAsync(client)).ShouldBe(4 - approved);
    }

    [Theory]
    [InlineData("", "required billIds")]
    [InlineData("?externalInvoiceDateStart=soon", "date externalInvoiceDateStart")]
    public async Task Approval_OfNoSelection_IsRefused(string query, string fault)
    {
        using var client = await server.NewOrganizationAsync();
        (await client.PostAsync($"bills/approve{query}", "{}")).Faults.ShouldBe([fault]);
    }

    [Fact]
    public async Task Approval_OfAPeriod_IsOfItsBillsOnly()
    {
        using var client = await server.NewOrganizationAsync();
        var account = await BilledAccount.MakeAsync(client);
        var january = await BillOfAsync(account, "2025-02-01");
        await BillOfAsync(account, "2025-03-01");

        var answer = (await client.PostAsync("bills/billingperiod/2025-01-31/monthly/approve", "{}")).Object;

        ((string?)answer["message"]).ShouldBe("1 bill was approved.");
        ((string?)(await client.GetAsync($"bills/{january}")).Object["status"]).ShouldBe("APPROVED");
        (await PendingAsync(client)).ShouldBe(1);
        (await client.PostAsync("bills/billingperiod/2025-01-31/hourly/approve", "{}"))
            .Faults.ShouldBe(["unknown_value billingFrequency"]);
    }

    [Fact]
    public async Task Approval_ByWhoMayChangeOneBill_LeavesTheOthersPending()
    {
        using var client = await server.NewOrganizationAsync();
        var account = await BilledAccount.MakeAsync(client);
        string[] ids = [await BillOfAsync(account, "2025-02-01"), await BillOfAsync(account, "2025-03-01")];
        using var clerk = await Principal.MakeAsync(
            client, "allow config:retrieve billing:bill", $"allow config:update billing:bill/item/{ids[0]}");

        (await clerk.Client.PostAsync("bills/approve", new JsonObject { ["billIds"] = new JsonArray(ids[1]) }))
            .Status.ShouldBe(HttpStatusCode.Forbidden);
        (await PendingAsync(client)).ShouldBe(2);
        (await clerk.Client.PostAsync($"bills/approve?accountIds={account.Id}", "{}"))
            .Status.ShouldBe(HttpStatusCode.OK);

        ((string?)(await client.GetAsync($"bills/{ids[1]}")).Object["status"]).ShouldBe("PENDING");
        (await PendingAsync(client)).ShouldBe(1);
    }

    [Fact]
    public async Task LockDate_WithItsPeriods_LocksBillsUntilItIsMovedBack()
    {
        using var client = await server.NewOrganizationAsync();
        var account = await BilledAccount.MakeAsync(client);
        var id = await BillOfAsync(account, "2025-02-01");
        await BillOfAsync(account, "2025-03-01");

        (await LockUntilAsync(client, "2025-02-01")).Faults.ShouldBe(["pending billLockDate"]);
        await SetAsync(client, id, "APPROVED");
        (await LockUntilAsync(client, "2025-02-01")).Status.ShouldBe(HttpStatusCode.OK);

        (await SetAsync(client, id, "PENDING")).Status.ShouldBe(HttpStatusCode.Conflict);
        (await client.DeleteAsync($"bills/{id}")).Status.ShouldBe(HttpStatusCode.Conflict);
        (await client.PostAsync("billjobs/recalculate", new JsonObject { ["billIds"] = new JsonArray(id) }))
            .Faults.ShouldBe(["locked billIds"]);
        await account.BillAsync("2025-02-01");
        ((string?)(await client.GetAsync($"bills/{id}")).Object["status"]).ShouldBe("APPROVED");
        (await LockUntilAsync(client, "2025-01-31")).Status.ShouldBe(HttpStatusCode.OK);
        ShouldBePending((await SetAsync(client, id, "PENDING")).Object);
    }

    [Fact]
    public async Task Decision24_DeletionOfABill_LeavesAGapInTheInvoiceNumbers()
    {
        using var client = await server.NewOrganizationAsync();
        var config = (await client.GetAsync("organizationconfig")).Object;
        (config["billPrefix"], config["sequenceStartNumber"]) = ("INV-", 100);
        await client.PutAsync("organizationconfig", config);
        var account = await BilledAccount.MakeAsync(client);
        var id = await BillOfAsync(account, "2025-02-01");

        ((string?)(await client.DeleteAsync($"bills/{id}")).Object["sequentialInvoiceNumber"]).ShouldBe("INV-101");

        (await client.GetAsync($"bills/{id}")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await client.GetAsync($"bills/{id}/explain")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await BillOfAsync(account, "2025-02-01")).ShouldBe(id);
        var again = (await client.GetAsync($"bills/{id}")).Object;
        ((string?)again["sequentialInvoiceNumber"]).ShouldBe("INV-102");
        ((long)again["version"]!).ShouldBe(1);
    }

    [Fact]
    public async Task Deletion_OfABillThatIsBeingRecalculated_IsFinal()
    {
        await using var own = await ApiServer.StartAsync();
        var id = await BillOfAsync(await BilledAccount.MakeAsync(own.Client), "2025-02-01");
        var job = await LaterJobs.CreateAsync(own, new BillJob { Type = BillJobType.Recalculate, BillIds = [id] });
        var run = await job.BeginAsync();

        (await own.Client.DeleteAsync($"bills/{id}")).Status.ShouldBe(HttpStatusCode.OK);
        (await run.StepAsync(TestContext.Current.CancellationToken)).ShouldBeFalse();

        (await own.Client.GetAsync($"bills/{id}")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    internal static async Task<string> BillOfAsync(BilledAccount account, string billDate) =>
        (string)(await account.BillAsync(billDate))["billIds"]!.AsArray().ShouldHaveSingleItem()!;

    internal static Task<ApiAnswer> SetAsync(ApiClient client, string id, string status) =>
        client.PutAsync($"bills/{id}/status", new JsonObject { ["status"] = status });

    internal static void ShouldBePending(JsonObject bill)
    {
        ((string?)bill["status"]).ShouldBe("PENDING");
        bill.ContainsKey("dtApproved").ShouldBeFalse();
        bill.ContainsKey("approvedBy").ShouldBeFalse();
    }

    private static async Task<int> PendingAsync(ApiClient client) =>
        (await client.GetAsync("bills?status=PENDING")).Data.Count;

    private static async Task<ApiAnswer> LockUntilAsync(ApiClient client, string date)
    {
        var config = (await client.GetAsync("billconfig")).Object;
        config["billLockDate"] = date;
        return await client.PutAsync("billconfig", config);
    }
}
