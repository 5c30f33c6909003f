using System.Net;
using System.Text.Json.Nodes;
using NodaTime;
using NodaTime.Testing;
using Tallystick.Billing.Erasures;
using Tallystick.Metering.Ingest;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Removal;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Jobs;
using Tallystick.Server.Tests.Api;
using static Tallystick.Server.Tests.Usage.RemovedUsageTests;

namespace Tallystick.Server.Tests.Usage;

/// <summary>Voids and erasures are completed after interruptions and restored backups.</summary>
public sealed class RemovalJobTests
{
    private static readonly Duration MuchLater = Duration.FromDays(1000);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

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

    // The end of the log was lost, and its documents were not.
    [Fact]
    public async Task Void_BeyondTheEndOfARestoredLog_DoesNotConcernWhatIsAcceptedLater()
    {
        await using var server = await ApiServer.StartAsync();
        var (usage, _) = await SubmitAsync(server.Client);
        var end = server.Service<LoadedLog>().End;
        var asked = await LaterAsync(
            server, MeasurementVoidResource.Definition, VoidJobHandler.QueueName,
            new MeasurementVoid
            {
                Uids = ["u2", "later"],
                Reason = "r",
                Status = RemovalStatus.Pending,
                LogPosition = end.Value + 1_000_000,
            });
        var restarted = new LoadedLog(
            server.Service<ILogPartition>(), server.Service<MeasurementLoader>(), Instant.MaxValue, end);
        await usage.PostAsync(MeteredUsage.Measurement("calls acme 2025-03-01 measure.n=8", "later"));

        await RunAsync(
            server, new VoidJobHandler(
                server.Service<ResourceService>(), server.Service<IUsageRemoval>(), restarted), asked);

        (await server.Client.GetAsync($"{Voids}/{asked}")).Object["notFound"]!.ToJsonString().ShouldBe("""["later"]""");
    }

    [Fact]
    public async Task Removals_AreLookedForInPages()
    {
        const int Count = 101;
        await using var server = await ApiServer.StartAsync();
        await server.Service<ResourceService>().ChangeAsync(server.OrganizationId, "test", Token, async change =>
        {
            for (var number = 0; number < Count; number++)
            {
                var made = await change.PutAsync<MeasurementVoid>(
                    MeasurementVoidResource.Definition, null, new MeasurementVoid
                    {
                        Uids = ["u"],
                        Reason = "r",
                        Status = RemovalStatus.Done,
                        LogPosition = 0,
                    });
                await JobQueue.PutAsync(change, VoidJobHandler.QueueName, made.Id, change.Now + MuchLater);
            }
            return true;
        });
        var store = new InterruptedRemoval(server.Service<IUsageRemoval>());

        var found = await new VoidJobHandler(server.Service<ResourceService>(), store, server.Service<LoadedLog>())
            .UnqueuedAsync(server.Service<ResourceService>().Reader(server.OrganizationId, Token));

        found.Select(one => one.Id).Distinct().Count().ShouldBe(Count);
        store.Asked.ShouldBe([100, 1]);
    }

    // Its code is needed to find its failures again in a restored store.
    [Fact]
    public async Task Erasure_RepeatedAfterItsAccountWasDeleted_ErasesFailuresSentWithTheCode()
    {
        await using var server = await ApiServer.StartAsync();
        var (usage, _) = await SubmitAsync(server.Client);
        await usage.PostAsync(MeteredUsage.Measurement("nothing acme 2025-03-01 measure.n=1", "u7")); // no meter
        await usage.QueryAsync("\"limit\":1");
        var account = await AccountAsync(server.Client, "acme");
        (await server.Client.DeleteAsync($"accounts/{account}")).Status.ShouldBe(HttpStatusCode.OK);
        var erasure = await LaterAsync(
            server, MeasurementErasureResource.Definition, ErasureJobHandler.QueueName,
            new MeasurementErasure
            {
                AccountId = account,
                AccountCode = "acme",
                Reason = "r",
                Status = RemovalStatus.Done,
                LogPosition = server.Service<LoadedLog>().End.Value,
            });

        await RunAsync(
            server, new ErasureJobHandler(
                server.Service<ResourceService>(), server.Service<IUsageRemoval>(),
                server.Service<FailedMeasurements>(), server.Service<LoadedLog>()), erasure);

        (await server.Client.GetAsync("events?eventType=IngestValidationFailure")).Data.ShouldBeEmpty();
    }

    // Months of failures of one account must not keep the other jobs waiting.
    [Fact]
    public async Task Erasure_OfManyFailures_DeletesAThousandInAStep()
    {
        await using var server = await ApiServer.StartAsync();
        await SubmitAsync(server.Client);
        var account = await AccountAsync(server.Client, "acme");
        foreach (var some in Enumerable.Range(0, 2500).Chunk(1000))
        {
            (await server.Client.PostAsync("measurements", new JsonObject
            {
                ["measurements"] = new JsonArray(
                    [.. some.Select(number => MeteredUsage.Measurement("nothing acme 2025-03-01", $"f{number}"))]),
            })).Status.ShouldBe(HttpStatusCode.OK);
        }
        var erasure = await LaterAsync(
            server, MeasurementErasureResource.Definition, ErasureJobHandler.QueueName,
            new MeasurementErasure
            {
                AccountId = account,
                AccountCode = "acme",
                Reason = "r",
                Status = RemovalStatus.Pending,
                LogPosition = server.Service<LoadedLog>().End.Value,
            });
        var store = new InterruptedRemoval(server.Service<IUsageRemoval>());

        await RunAsync(
            server, new ErasureJobHandler(
                server.Service<ResourceService>(), store, server.Service<FailedMeasurements>(),
                server.Service<LoadedLog>()), erasure);

        store.DeletedFailures.ShouldBe([1000, 1000, 500]);
        (await server.Client.GetAsync("events?eventType=IngestValidationFailure")).Data.ShouldBeEmpty();
    }

    // Done on day 3 after it had waited since day 1. The backup of the store is of day 2, when it had the others.
    [Fact]
    public async Task Removals_OfARestoredStore_AreFoundWithoutReadingAllThatWereEverMade()
    {
        const int Count = 150;
        var clock = new FakeClock(Instant.FromUtc(2030, 1, 1, 0, 0));
        await using var server = await ApiServer.StartAsync(clock: clock);
        var (usage, _) = await SubmitAsync(server.Client);
        await usage.QueryAsync("\"limit\":1"); // The store knows the organization now.
        var store = new InterruptedRemoval(server.Service<IUsageRemoval>());
        var lost = await ChangeAsync(server, null, RemovalStatus.Pending);
        for (var number = 0; number < Count; number++)
        {
            clock.AdvanceMinutes(5);
            var done = await ChangeAsync(server, null, RemovalStatus.Done);
            await store.VoidAsync(
                new UsageVoid(server.OrganizationId, done.Id, done.Uids, new LogPosition(0)), Token);
        }
        clock.AdvanceDays(1);
        await ChangeAsync(server, lost, RemovalStatus.Done);

        var found = await new VoidJobHandler(server.Service<ResourceService>(), store, server.Service<LoadedLog>())
            .UnqueuedAsync(server.Service<ResourceService>().Reader(server.OrganizationId, Token));

        found.ShouldBe([(lost.Id, null)]);
        // The latest hundred, and what was done since the last of them was made, with an hour to spare.
        store.Asked.ShouldBe([100, 14]);
    }

    private static Task<MeasurementVoid> ChangeAsync(
        ApiServer server, MeasurementVoid? current, RemovalStatus status) =>
        server.Service<ResourceService>().ChangeAsync(server.OrganizationId, "test", Token, async change =>
        {
            var asked = current ?? new MeasurementVoid { Uids = ["u0"], Reason = "r", LogPosition = 0 };
            var changed = await change.PutAsync<MeasurementVoid>(
                MeasurementVoidResource.Definition, current, asked with { Status = status });
            await JobQueue.PutAsync(change, VoidJobHandler.QueueName, changed.Id, change.Now + MuchLater);
            return changed;
        });

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

        // Numbers of requests that were asked about.
        public List<int> Asked { get; } = [];

        // Numbers of failures that were deleted at a time.
        public List<int> DeletedFailures { get; } = [];

        public bool HasAccount(string organizationId, string accountId) => store.HasAccount(organizationId, accountId);

        public async Task<VoidOutcome> VoidAsync(UsageVoid request, CancellationToken cancellationToken) =>
            Interrupted(await store.VoidAsync(request, cancellationToken));

        public async Task<ErasureProgress> EraseAsync(UsageErasure request, CancellationToken cancellationToken) =>
            Interrupted(await store.EraseAsync(request, cancellationToken));

        public Task DeleteFailuresAsync(
            string organizationId, IReadOnlyList<LogPosition> positions, CancellationToken cancellationToken)
        {
            DeletedFailures.Add(positions.Count);
            return store.DeleteFailuresAsync(organizationId, positions, cancellationToken);
        }

        public Task<IReadOnlyCollection<string>> FindUnfinishedAsync(
            IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
        {
            Asked.Add(ids.Count);
            return store.FindUnfinishedAsync(ids, cancellationToken);
        }

        private T Interrupted<T>(T outcome) => IsDue ? throw new IOException("The process ends here.") : outcome;
    }
}
