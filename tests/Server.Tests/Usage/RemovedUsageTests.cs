using System.Net;
using System.Text.Json.Nodes;
using Tallystick.Server.Tests.Api;
using Tallystick.Server.Tests.FileUploads;

namespace Tallystick.Server.Tests.Usage;

/// <summary>Measurements are voided by uid, and the usage of an account is erased, over HTTP.</summary>
public sealed class RemovedUsageTests(SqliteServer shared)
{
    internal const string Voids = "measurements/voids";
    internal const string Erasures = "measurements/erasures";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Void_OfUids_RemovesThemFromUsageAndTellsWhoAndWhy()
    {
        using var client = await shared.NewOrganizationAsync();
        var (usage, meter) = await SubmitAsync(client);

        // Not loaded yet, or hardly.
        var asked = (await client.PostAsync(Voids, Void("sent twice", "u1", "nothing"))).Object;

        ((string?)asked["status"]).ShouldBe("PENDING");
        var done = await DoneAsync(client, Voids, asked);
        ((long?)done["voided"]).ShouldBe(1);
        done["notFound"]!.ToJsonString().ShouldBe("""["nothing"]""");
        ((string?)done["reason"]).ShouldBe("sent twice");
        ((string?)done["createdBy"]).ShouldStartWith("SERVICEUSER_");
        (await SumAsync(usage, meter)).ShouldBe("{'calls.n.SUM':5}");
        (await client.GetAsync(Voids)).Data.ShouldHaveSingleItem().ToJsonString().ShouldBe(done.ToJsonString());
        (await client.GetAsync($"{Voids}?status=PENDING")).Data.ShouldBeEmpty();
        (await usage.PostAsync(MeteredUsage.Measurement("calls acme 2025-03-01 measure.n=2", "u1")))
            .Status.ShouldBe(HttpStatusCode.OK);
        (await SumAsync(usage, meter)).ShouldBe("{'calls.n.SUM':5}");
        (await TotalsAsync(client)).ShouldBe("4 = 2 + 1 + 0 + 1 + 0");
        var events = (await client.GetAsync("events?eventName=measurements.void.created")).Data;
        var recorded = events.ShouldHaveSingleItem()["m3terEvent"]!["eventData"]!["newDto"]!;
        ((string?)recorded["reason"]).ShouldBe("sent twice");
        ((string?)recorded["createdBy"]).ShouldBe((string?)done["createdBy"]);
        // The same uid once more: there is nothing left of it.
        var again = await DoneAsync(
            client, Voids, (await client.PostAsync(Voids, Void("again", "u1"))).Object);
        ((long?)again["voided"]).ShouldBe(0);
        again["notFound"]!.ToJsonString().ShouldBe("""["u1"]""");
    }

    [Fact]
    public async Task Void_InOneOrganization_LeavesTheOthersAlone()
    {
        using var owner = await shared.NewOrganizationAsync();
        using var stranger = await shared.NewOrganizationAsync();
        var (usage, meter) = await SubmitAsync(owner);
        await SubmitAsync(stranger);

        await DoneAsync(
            stranger, Voids, (await stranger.PostAsync(Voids, Void("all", "u0", "u1", "u2"))).Object);

        (await SumAsync(usage, meter)).ShouldBe("{'calls.n.SUM':7}");
    }

    [Theory]
    [InlineData("{}", "required uids", "required reason")]
    [InlineData("""{"uids":[],"reason":"r"}""", "count uids")]
    [InlineData("""{"uids":["a"],"reason":""}""", "length reason")]
    [InlineData("""{"uids":["a"],"reason":"  "}""", "required reason")]
    [InlineData("""{"uids":["a","","a"],"reason":"r"}""", "length uids[1]", "duplicate uids[2]")]
    [InlineData("""{"uids":["123456789012345678901234567890123456789012345678901"],"reason":"r"}""", "length uids[0]")]
    public async Task Void_AskedForWrongly_IsRefused(string body, params string[] faults)
    {
        using var client = await shared.NewOrganizationAsync();

        var refusal = await client.PostAsync(Voids, body);

        refusal.Status.ShouldBe(HttpStatusCode.BadRequest);
        refusal.Faults.ShouldBe(faults, ignoreOrder: true);
        (await client.GetAsync(Voids)).Data.ShouldBeEmpty();
    }

    [Fact]
    public async Task Void_OfTooManyUids_IsRefused()
    {
        using var client = await shared.NewOrganizationAsync();

        (await client.PostAsync(Voids, Void("r", [.. Enumerable.Range(0, 1001).Select(number => $"u{number}")])))
            .Faults.ShouldBe(["count uids"]);
    }

    [Fact]
    public async Task Erasure_OfAnAccount_LeavesNothingOfItInAnswers()
    {
        using var client = await shared.NewOrganizationAsync();
        var (usage, meter) = await SubmitAsync(client);
        await usage.PostAsync(MeteredUsage.Measurement("calls acme 2025-03-01 measure.n=1", "u0")); // a duplicate
        await usage.PostAsync(MeteredUsage.Measurement("nothing acme 2025-03-01 measure.n=1", "u7")); // no meter
        await usage.PostAsync(MeteredUsage.Measurement("nothing other 2025-03-01 measure.n=1", "u8"));
        await DoneAsync(client, Voids, (await client.PostAsync(Voids, Void("r", "u1"))).Object);
        var account = await AccountAsync(client, "acme");

        var asked = (await client.PostAsync(Erasures, Erasure(account))).Object;
        var done = await DoneAsync(client, Erasures, asked);

        ((long?)done["erased"]).ShouldBe(2);
        (await SumAsync(usage, meter)).ShouldBe("{'calls.n.SUM':4}");
        (await TotalsAsync(client)).ShouldBe("6 = 1 + 1 + 2 + 0 + 2");
        (await client.GetAsync("events?eventType=IngestValidationFailure")).Data
            .Select(one => (string?)one["m3terEvent"]!["eventData"]!["newDto"]!["uid"]).ShouldBe(["u8"]);
        (await client.GetAsync($"{Erasures}?accountId={account}")).Data.ShouldHaveSingleItem();
        (await client.GetAsync($"{Erasures}/{done["id"]}")).Object.ToJsonString().ShouldBe(done.ToJsonString());
        // The account goes on: what is sent from now on is usage.
        await usage.PostAsync(MeteredUsage.Measurement("calls acme 2025-03-01 measure.n=16", "u0"));
        await usage.PostAsync(MeteredUsage.Measurement("calls acme 2025-03-01 measure.n=32", "u9"));
        (await SumAsync(usage, meter)).ShouldBe("{'calls.n.SUM':36}");
    }

    [Fact]
    public async Task Erasure_OfADeletedAccount_ErasesItsUsage()
    {
        using var client = await shared.NewOrganizationAsync();
        var (usage, meter) = await SubmitAsync(client);
        await usage.QueryAsync("\"limit\":1");
        var account = await AccountAsync(client, "acme");
        (await client.DeleteAsync($"accounts/{account}")).Status.ShouldBe(HttpStatusCode.OK);

        await DoneAsync(client, Erasures, (await client.PostAsync(Erasures, Erasure(account))).Object);

        (await SumAsync(usage, meter)).ShouldBe("{'calls.n.SUM':4}");
    }

    [Fact]
    public async Task Erasure_AskedForWrongly_IsRefused()
    {
        using var client = await shared.NewOrganizationAsync();

        (await client.PostAsync(Erasures, "{}")).Faults.ShouldBe(
            ["required accountId", "required reason"], ignoreOrder: true);
        var unknown = await client.PostAsync(Erasures, Erasure($"{Guid.NewGuid()}"));
        unknown.Status.ShouldBe(HttpStatusCode.BadRequest);
        unknown.Faults.ShouldBe(["unknown_reference accountId"]);
        (await client.GetAsync(Erasures)).Data.ShouldBeEmpty();
    }

    [Fact]
    public async Task List_ByAStatusThatDoesNotExist_IsRefused()
    {
        using var client = await shared.NewOrganizationAsync();

        foreach (var path in new[] { Voids, Erasures })
            (await client.GetAsync($"{path}?status=XX")).Faults.ShouldBe(["unknown_value status"]);
    }

    [Fact]
    public async Task Erasure_OfAnAccount_ErasesInvalidRowsOfFiles()
    {
        using var client = await shared.NewOrganizationAsync();
        await new MeteredUsage(client).MeterAsync("calls", "measure.n");
        await client.PostAsync("accounts", """{"code":"row\"acc","name":"A","emailAddress":"a@example.com"}""");
        var uploads = new UploadSetup(client);
        await uploads.UploadAsync(
            """
            [{"meter":"calls","account":"row\"acc"}, {"account":"row\"acc",}, {"a":1,,"account":"row\"acc"},
             {"meter":"row\"acc","account":"other"}, {"meter":,"account":"other"}]
            """);
        await uploads.UploadCsvAsync(
            "account,ts,measure.n\n\"row\"\"acc\",x,1\nother,x,1\n\"row\"\"acc\",x\nother,x\n");
        (await uploads.FailuresAsync()).Count.ShouldBe(9);
        var account = (string)(await client.GetAsync("accounts")).Data.ShouldHaveSingleItem()["id"]!;
        var asked = (await client.PostAsync(Erasures, Erasure(account))).Object;
        ((string?)asked["accountCode"]).ShouldBe("row\"acc");

        await DoneAsync(client, Erasures, asked);

        (await uploads.FailuresAsync()).Select(one => (string?)one["text"]).ShouldBe(
        [
            """{"meter":"row\"acc","account":"other"}""", """{"meter":,"account":"other"}""", "other,x,1", "other,x",
        ]);
    }

    // u0 and u1 are of acme, u2 is of another account: 1 + 2 + 4.
    internal static async Task<(MeteredUsage Usage, string Meter)> SubmitAsync(ApiClient client)
    {
        var usage = new MeteredUsage(client);
        await client.PostAsync("accounts", """{"code":"acme","name":"Acme","emailAddress":"a@example.com"}""");
        var meter = await usage.MeterAsync("calls", "measure.n");
        await usage.SubmitAsync(
            "calls acme 2025-03-01 measure.n=1", "calls acme 2025-03-01 measure.n=2",
            "calls other 2025-03-01 measure.n=4");
        return (usage, meter);
    }

    private static JsonObject Void(string reason, params string[] uids) => new()
    {
        ["reason"] = reason,
        ["uids"] = new JsonArray([.. uids.Select(uid => (JsonNode)uid)]),
    };

    private static JsonObject Erasure(string account) => new() { ["accountId"] = account, ["reason"] = "on request" };

    internal static async Task<string> AccountAsync(ApiClient client, string code) =>
        (string)(await client.GetAsync($"accounts?codes={code}")).Data.ShouldHaveSingleItem()["id"]!;

    private static async Task<JsonObject> DoneAsync(ApiClient client, string path, JsonObject asked)
    {
        while ((string?)asked["status"] != "DONE")
        {
            Token.ThrowIfCancellationRequested();
            asked = (await client.GetAsync($"{path}/{asked["id"]}")).Object;
        }
        return asked;
    }

    internal static async Task<string> SumAsync(MeteredUsage usage, string meter) => MeteredUsage.Rows(
        await usage.QueryAsync($"\"aggregations\":[{MeteredUsage.Aggregation(meter, "n", "SUM")}]"))
        .ShouldHaveSingleItem();

    internal static async Task<string> TotalsAsync(ApiClient client)
    {
        var totals = (await client.GetAsync("measurements/conservation")).Object["totals"]!;
        ((long)totals["pending"]!).ShouldBe(0);
        return $"{totals["accepted"]} = {totals["stored"]} + {totals["duplicate"]} + {totals["failed"]} + "
            + $"{totals["voided"]} + {totals["erased"]}";
    }
}
