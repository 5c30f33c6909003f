using System.Net;
using System.Text.Json.Nodes;
using Tallystick.Server.Tests.Api;
using Tallystick.Server.Tests.Permissions;

namespace Tallystick.Server.Tests.Statements;

/// <summary>Statements belong to their bill: to who may read it, and as long as it exists.</summary>
public sealed class StatementAccessTests(SqliteServer server)
{
    private const string Allowed = "allow all billing:bill,billing:statementJob";

    [Fact]
    public async Task Jobs_OfABillThatTheCallerMayNotRetrieve_AreNotShownOrCancelled()
    {
        using var administrator = await server.NewOrganizationAsync();
        var bill = await StatedBill.MakeAsync(administrator);
        await bill.Account.ShouldBeBilledAsync("2025-03-01");
        var other = (string)(await administrator.GetAsync($"bills/latest/{bill.Account.Id}")).Object["id"]!;
        var hidden = (string)(await bill.RunAsync())["id"]!;
        var shown = (string)(await administrator.PostAsync(
            "statementjobs", new JsonObject { ["billId"] = other })).Object["id"]!;
        await bill.EndedAsync(shown);
        using var principal = await Principal.MakeAsync(
            administrator, Allowed, $"deny all billing:bill/item/{bill.Id}");
        var caller = principal.Client;

        (await caller.GetAsync($"bills/{bill.Id}")).Status.ShouldBe(HttpStatusCode.Forbidden);
        await ShouldSeeAsync(caller, bill.Id, [shown]);
        (await caller.GetAsync($"statementjobs/{hidden}")).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await caller.SendAsync(HttpMethod.Post, $"statementjobs/{hidden}/cancel", null)).Status
            .ShouldBe(HttpStatusCode.Forbidden);
        (await caller.GetAsync($"statementjobs/{shown}")).Object["presignedJsonStatementUrl"].ShouldNotBeNull();

        // The same if only some bills are allowed, and without any.
        await principal.MayAsync("allow all billing:statementJob", $"allow all billing:bill/item/{other}");
        await ShouldSeeAsync(caller, bill.Id, [shown]);
        (await caller.GetAsync($"statementjobs/{hidden}")).Status.ShouldBe(HttpStatusCode.Forbidden);
        await principal.MayAsync("allow all billing:statementJob");
        foreach (var path in new[] { "statementjobs", $"statementjobs/{hidden}", $"statementjobs/{shown}" })
            (await caller.GetAsync(path)).Status.ShouldBe(HttpStatusCode.Forbidden, path);
    }

    [Fact]
    public async Task Statement_OfADeletedBill_IsNotThatOfTheBillCreatedAgain()
    {
        using var client = await server.NewOrganizationAsync();
        var bill = await StatedBill.MakeAsync(client);
        var job = (string)(await bill.RunAsync(withCsv: true))["id"]!;
        (await client.DeleteAsync($"bills/{bill.Id}")).Status.ShouldBe(HttpStatusCode.OK);
        (await StatusAsync(client, job)).ShouldBe("INVALIDATED");

        await bill.Account.ShouldBeBilledAsync("2025-02-01");

        (await bill.BillAsync())["jsonStatementGenerated"].ShouldBeNull();
        foreach (var format in new[] { "json", "csv" })
            (await client.GetAsync($"bills/{bill.Id}/statement/{format}")).Status
                .ShouldBe(HttpStatusCode.NotFound, format);
        (await StatusAsync(client, job)).ShouldBe("INVALIDATED");
        ((string)(await bill.RunAsync())["jsonStatementStatus"]!).ShouldBe("LATEST");
        (await client.GetAsync($"bills/{bill.Id}/statement/json")).Status.ShouldBe(HttpStatusCode.OK);
        (await client.GetAsync($"bills/{bill.Id}/statement/csv")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    private static async Task ShouldSeeAsync(ApiClient caller, string hiddenBill, string[] jobs)
    {
        (await caller.GetAsync("statementjobs")).Data.Select(job => (string)job["id"]!).ShouldBe(jobs);
        (await caller.GetAsync("statementjobs?status=COMPLETE")).Data.Select(job => (string)job["id"]!).ShouldBe(jobs);
        (await caller.GetAsync($"statementjobs?billId={hiddenBill}")).Data.ShouldBeEmpty();
    }

    private static async Task<string> StatusAsync(ApiClient client, string job) =>
        (string)(await client.GetAsync($"statementjobs/{job}")).Object["jsonStatementStatus"]!;
}
