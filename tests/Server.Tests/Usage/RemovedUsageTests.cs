using System.Net;
using System.Text.Json.Nodes;
using NodaTime;
using Tallystick.Billing.Erasures;
using Tallystick.Metering.Ingest;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Removal;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Jobs;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.Usage;

/// <summary>Measurements are voided by uid, and the usage of an account is erased, over HTTP.</summary>
public sealed class RemovedUsageTests(SqliteServer shared)
{
    private const string Voids = "measurements/voids";
    private const string Erasures = "measurements/erasures";

    private static readonly Duration MuchLater = Duration.FromDays(1000);

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

    // The process ends after the store has removed the measurements and before the document says so.
    [Fact]
    public async Task Removals_InterruptedBeforeTheirDocumentsChange_AreRepeatedWithTheSameOutcome()
    {
        await using var server = await ApiServer.StartAsync();
        var (usage, meter) = await SubmitAsync(server.Client);
        var account = await AccountAsync(server.Client, "acme");
        var resources = server.Service<ResourceService>();
        var position = server.Service<LoadedLog>().End.Value;
        var interrupted = new InterruptedRemoval(server.Service<IUsageRemoval>());
        var asked = await LaterAsync(
            server, MeasurementVoidResource.Definition, VoidJobHandler.QueueName,
            new MeasurementVoid
            {
                Uids = ["u2", "none", "u1"],
                Reason = "r",
                Status = RemovalStatus.Pending,
                LogPosition = position,
            });
        var erasure = await LaterAsync(
            server, MeasurementErasureResource.Definition, ErasureJobHandler.QueueName,
            new MeasurementErasure
            {
                AccountId = account,
                Reason = "r",
                Status = RemovalStatus.Pending,
                LogPosition = position,
            });

        foreach (var (id, handler) in new (string, Func<IUsageRemoval, IJobHandler>)[]
        {
            (asked, store => new VoidJobHandler(resources, store, server.Service<LoadedLog>())),
            (erasure, store => new ErasureJobHandler(
                resources, store, server.Service<FailedMeasurements>(), server.Service<LoadedLog>())),
        })
        {
            interrupted.IsDue = true;
            await Should.ThrowAsync<IOException>(RunAsync(server, handler(interrupted), id));
            // Accepted after the request, so it stays.
            await usage.PostAsync(MeteredUsage.Measurement("calls acme 2025-03-01 measure.n=8", $"new-{id}"));
            await usage.QueryAsync("\"limit\":1");
            await RunAsync(server, handler(server.Service<IUsageRemoval>()), id);
        }

        var done = (await server.Client.GetAsync($"{Voids}/{asked}")).Object;
        ((string?)done["status"]).ShouldBe("DONE");
        ((long?)done["voided"]).ShouldBe(2);
        done["notFound"]!.ToJsonString().ShouldBe("""["none"]""");
        var erased = (await server.Client.GetAsync($"{Erasures}/{erasure}")).Object;
        // u0, and u1 that was voided before.
        ((long?)erased["erased"]).ShouldBe(2);
        (await SumAsync(usage, meter)).ShouldBe("{'calls.n.SUM':16}");
        (await TotalsAsync(server.Client)).ShouldBe("5 = 2 + 0 + 0 + 1 + 2");
    }

    // The documents of a backup are newer than its measurements.
    [Fact]
    public async Task Removals_ThatARestoredStoreDoesNotHave_AreRepeated()
    {
        await using var server = await ApiServer.StartAsync();
        var (usage, meter) = await SubmitAsync(server.Client);
        var account = await AccountAsync(server.Client, "acme");
        var resources = server.Service<ResourceService>();
        var position = server.Service<LoadedLog>().End.Value;
        var voided = await LaterAsync(
            server, MeasurementVoidResource.Definition, VoidJobHandler.QueueName,
            new MeasurementVoid
            {
                Uids = ["u2"],
                Reason = "r",
                Status = RemovalStatus.Done,
                Voided = 1,
                NotFound = [],
                LogPosition = position,
            });
        var erased = await LaterAsync(
            server, MeasurementErasureResource.Definition, ErasureJobHandler.QueueName,
            new MeasurementErasure
            {
                AccountId = account,
                Reason = "r",
                Status = RemovalStatus.Done,
                Erased = 2,
                LogPosition = position,
            });
        await usage.PostAsync(MeteredUsage.Measurement("calls acme 2025-03-01 measure.n=8", "later"));

        foreach (var (id, handler) in new (string, IJobHandler)[]
        {
            (voided, new VoidJobHandler(resources, server.Service<IUsageRemoval>(), server.Service<LoadedLog>())),
            (erased, new ErasureJobHandler(
                resources, server.Service<IUsageRemoval>(), server.Service<FailedMeasurements>(),
                server.Service<LoadedLog>())),
        })
        {
            var related = resources.Reader(server.OrganizationId, Token);
            (await handler.UnqueuedAsync(related)).ShouldBe([(id, null)]);
            await RunAsync(server, handler, id);
            (await handler.UnqueuedAsync(related)).ShouldBeEmpty();
        }

        (await SumAsync(usage, meter)).ShouldBe("{'calls.n.SUM':8}");
    }

    // u0 and u1 are of acme, u2 is of another account: 1 + 2 + 4.
    private static async Task<(MeteredUsage Usage, string Meter)> SubmitAsync(ApiClient client)
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

    private static async Task<string> AccountAsync(ApiClient client, string code) =>
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

    private static async Task<string> SumAsync(MeteredUsage usage, string meter) => MeteredUsage.Rows(
        await usage.QueryAsync($"\"aggregations\":[{MeteredUsage.Aggregation(meter, "n", "SUM")}]"))
        .ShouldHaveSingleItem();

    private static async Task<string> TotalsAsync(ApiClient client)
    {
        var totals = (await client.GetAsync("measurements/conservation")).Object["totals"]!;
        ((long)totals["pending"]!).ShouldBe(0);
        return $"{totals["accepted"]} = {totals["stored"]} + {totals["duplicate"]} + {totals["failed"]} + "
            + $"{totals["voided"]} + {totals["erased"]}";
    }

    private static Task<string> LaterAsync<T>(
        ApiServer server, ResourceDefinition<T> definition, string handler, T asked) where T : Resource =>
        server.Service<ResourceService>().ChangeAsync(server.OrganizationId, "test", Token, async change =>
        {
            var created = await change.PutAsync<T>(definition, null, asked);
            await JobQueue.PutAsync(change, handler, created.Id, change.Now + MuchLater);
            return created.Id;
        });

    private static async Task RunAsync(ApiServer server, IJobHandler handler, string id)
    {
        var queued = await server.Service<ResourceService>().Reader(server.OrganizationId, Token)
            .FindAsync<QueuedJob>(id);
        var run = (await handler.BeginAsync(server.OrganizationId, queued!, Token))!;
        while (await run.StepAsync(Token))
            Token.ThrowIfCancellationRequested();
    }

    /// <summary>Removes, and fails before it says so.</summary>
    private sealed class InterruptedRemoval(IUsageRemoval store) : IUsageRemoval
    {
        public bool IsDue { get; set; }

        public bool HasAccount(string organizationId, string accountId) => store.HasAccount(organizationId, accountId);

        public async Task<VoidOutcome> VoidAsync(UsageVoid request, CancellationToken cancellationToken) =>
            Interrupted(await store.VoidAsync(request, cancellationToken));

        public async Task<ErasureProgress> EraseAsync(UsageErasure request, CancellationToken cancellationToken) =>
            Interrupted(await store.EraseAsync(request, cancellationToken));

        public Task DeleteFailuresAsync(
            string organizationId, IReadOnlyList<LogPosition> positions, CancellationToken cancellationToken) =>
            store.DeleteFailuresAsync(organizationId, positions, cancellationToken);

        public Task<IReadOnlyCollection<string>> FindUnfinishedAsync(
            IReadOnlyCollection<string> ids, CancellationToken cancellationToken) =>
            store.FindUnfinishedAsync(ids, cancellationToken);

        private T Interrupted<T>(T outcome) => IsDue ? throw new IOException("The process ends here.") : outcome;
    }
}
