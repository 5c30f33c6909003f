using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using NodaTime.Testing;
using Tallystick.Access.Credentials;
using Tallystick.Access.Organizations;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;
using Tallystick.Resources.Jobs;
using Tallystick.Server.Api.Resources;
using Tallystick.Server.Jobs;
using Tallystick.Server.Tests.Api;
using Tallystick.Storage.Documents.Sqlite;
using Tallystick.Testing;

namespace Tallystick.Server.Tests.Jobs;

/// <summary>Queued work is done in order, in turns, and from its checkpoint after whatever interrupts it.</summary>
public sealed class JobRunnerTests : IAsyncLifetime
{
    private const string One = "11111111-1111-1111-1111-111111111111";
    private const string Other = "22222222-2222-2222-2222-222222222222";

    private static readonly Instant Now = Instant.FromUtc(2026, 6, 1, 0, 0);

    private readonly TemporaryDirectory _directory = new();
    private readonly FakeClock _clock = new(Now);
    private SqliteDocumentStore _store = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _store = await SqliteDocumentStore.OpenAsync(
        _directory.File("documents.sqlite"), [.. AllKinds.Catalog.DocumentKinds], Token);

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Work_OfOneOrganization_IsDoneInItsOrder()
    {
        var handler = new Counting(_ => 3);
        await using var runner = await StartAsync(handler);

        await QueueAsync(runner, One, "a", "b", "c");
        await runner.RunDueAsync();

        handler.Steps.ShouldBe(["a1", "a2", "a3", "b1", "b2", "b3", "c1", "c2", "c3"]);
        (await QueuedAsync(One)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Work_OfAnotherOrganization_DoesNotWaitForALongJob()
    {
        var handler = new Counting(id => id == "long" ? 1000 : 2);
        await using var runner = await StartAsync(handler);

        await QueueAsync(runner, One, "long");
        await QueueAsync(runner, Other, "short", "next");
        await runner.RunDueAsync();

        var steps = handler.Steps.ToList();
        steps.Count.ShouldBe(1004);
        steps.IndexOf("next2").ShouldBeLessThan(steps.IndexOf("long1000") - 500);
    }

    [Fact]
    public async Task Work_ThatIsDueLater_BeginsWhenItsTimeHasCome()
    {
        var handler = new Counting(_ => 1);
        await using var runner = await StartAsync(handler);
        await QueueAsync(runner, One, [("later", Now + Duration.FromDays(2)), ("soon", Now + Duration.FromDays(1))]);

        await runner.RunDueAsync();
        handler.Steps.ShouldBeEmpty();
        _clock.Advance(Duration.FromDays(1));
        await runner.RunDueAsync();
        handler.Steps.ShouldBe(["soon1"]);
        _clock.Advance(Duration.FromDays(1));
        await runner.RunDueAsync();

        handler.Steps.ShouldBe(["soon1", "later1"]);
    }

    [Fact]
    public async Task Work_ThatAStopInterrupted_GoesOnFromItsCheckpoint()
    {
        var handler = new Counting(_ => 5) { StopsAfter = 3 };
        await using (var first = await StartAsync(handler))
        {
            await QueueAsync(first, One, "a");
            await handler.Stopped;
        }
        var second = new Counting(_ => 5);
        await using var runner = await StartAsync(second);

        await runner.RunDueAsync();

        handler.Steps.ShouldBe(["a1", "a2", "a3"]);
        second.Steps.ShouldBe(["a4", "a5"]);
    }

    [Fact]
    public async Task Work_ThatMeetsAnOutage_GoesOnFromItsCheckpointAndThoseBehindItWait()
    {
        var handler = new Counting(_ => 3);
        handler.Faults.TryAdd("a2", new StoreOutageException(new IOException("The disk is full")));
        await using var runner = await StartAsync(handler);

        await QueueAsync(runner, One, "a", "b");
        await handler.DoneAsync("b3");

        handler.Steps.ShouldBe(["a1", "a2", "a3", "b1", "b2", "b3"]);
    }

    [Fact]
    public async Task Work_ThatIsRefused_IsTriedAgainAndThoseBehindItDoNotWait()
    {
        var handler = new Counting(_ => 2);
        handler.Faults.TryAdd("a2", new RefusedException(new Issue("range", "amount", "has too many digits")));
        await using var runner = await StartAsync(handler);

        await QueueAsync(runner, One, "a", "b");
        await handler.DoneAsync("a2");

        handler.Steps.ShouldBe(["a1", "b1", "b2", "a2"]);
    }

    [Fact]
    public async Task Work_ThatFails_IsRecordedAndLeavesTheQueue()
    {
        var handler = new Counting(_ => 2);
        handler.Faults.TryAdd("a2", new InvalidOperationException("a fault"));
        await using var runner = await StartAsync(handler);

        await QueueAsync(runner, One, "a", "b");
        await runner.RunDueAsync();

        handler.Steps.ShouldBe(["a1", "b1", "b2"]);
        handler.Failures.ShouldBe(["a: The job failed because of an internal error. See the server log."]);
        (await QueuedAsync(One)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Work_OfWhichAPartFails_GoesOnAndTheFaultIsLogged()
    {
        var handler = new Counting(_ => 2);
        handler.PartialFaults.TryAdd("a1", new InvalidOperationException("a fault"));
        var log = new CollectingLog();
        using var logs = new LoggerFactory([log]);
        await using var runner = await StartAsync(handler, logs.CreateLogger<JobRunner>());

        await QueueAsync(runner, One, "a");
        await runner.RunDueAsync();

        handler.Steps.ShouldBe(["a1", "a2"]);
        handler.Failures.ShouldBeEmpty();
        log.Lines.ShouldBe(["Error A part of job counting a failed; the job goes on a fault"]);
    }

    [Fact]
    public async Task Work_TakenOutOfTheQueueWhileItRuns_Stops()
    {
        var handler = new Counting(_ => int.MaxValue);
        await using var runner = await StartAsync(handler);
        await QueueAsync(runner, One, "a");
        await handler.DoneAsync("a10");

        await runner.Resources.ChangeAsync(One, "test", Token, async change =>
        {
            await JobQueue.RemoveAsync(change, "a");
            return true;
        });
        await runner.RunDueAsync();

        handler.Steps.Count.ShouldBeGreaterThanOrEqualTo(10);
    }

    [Fact]
    public async Task Work_OfAnEarlierVersionWithoutAQueue_IsQueuedAtTheStart()
    {
        var handler = new Counting(_ => 1) { Unqueued = ["a", "b"] };

        await using var runner = await StartAsync(handler);
        await runner.RunDueAsync();

        // Both organizations have it.
        handler.Steps.Count.ShouldBe(4);
        handler.Steps.Distinct().ShouldBe(["a1", "b1"]);
    }

    [Fact]
    public void Board_WhereTheFirstOfALaneIsHeld_SleepsUntilItsNextTry()
    {
        var board = new JobBoard(_clock, TimeProvider.System);
        board.Put(One, Queued("a"), 1);
        board.Put(One, Queued("b"), 1);

        board.GiveBack(board.TryTake()!.Value, TimeSpan.FromMinutes(5), holdsLane: true);

        board.TryTake().ShouldBeNull();
        board.UntilNext()!.Value.ShouldBeGreaterThan(TimeSpan.FromMinutes(4));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Board_HearingOfChangesInAnotherOrder_KnowsTheLastOne(bool isRemovedLast)
    {
        var board = new JobBoard(_clock, TimeProvider.System);
        board.Put(One, Queued("a"), 1);

        if (isRemovedLast)
        {
            board.Remove(One, "a", 3);
            board.Put(One, Queued("a") with { Due = Now }, 2);
        }
        else
        {
            board.Put(One, Queued("a") with { Due = Now }, 3);
            board.Remove(One, "a", 2);
        }

        board.Has(One, "a").ShouldBe(!isRemovedLast);
    }

    [Fact]
    public async Task Work_OfAHandlerOfALaterVersion_StaysInTheQueueAndTheOthersGoOn()
    {
        var handler = new Counting(_ => 1);
        await using var runner = await StartAsync(handler);
        await runner.Resources.ChangeAsync(One, "test", Token, async change =>
        {
            for (var index = 0; index < 5; index++)
                await JobQueue.PutAsync(change, "later", $"unknown{index}");
            return true;
        });

        await QueueAsync(runner, One, "a");
        await handler.DoneAsync("a1");

        (await QueuedAsync(One)).Count(queued => queued.Handler == "later").ShouldBe(5);
    }

    [Fact]
    public async Task Work_WhoseFailureCannotBeRecorded_DoesNotEndTheRunner()
    {
        var handler = new Counting(_ => 1) { CannotFail = true };
        foreach (var id in new[] { "a1", "b1", "c1" })
            handler.Faults.TryAdd(id, new InvalidOperationException("a fault"));
        await using var runner = await StartAsync(handler);

        await QueueAsync(runner, One, "a");
        await QueueAsync(runner, Other, "b", "c", "d");
        await handler.DoneAsync("d1");

        handler.Steps.ShouldContain("d1");
    }

    private static QueuedJob Queued(string id) => new() { Id = id, Handler = Counting.HandlerName };

    private async Task<Running> StartAsync(Counting handler, ILogger<JobRunner>? logger = null)
    {
        var board = new JobBoard(_clock, TimeProvider.System);
        var resources = Machinery.NewService(_store, _clock, board);
        foreach (var id in new[] { One, Other })
            await resources.ChangeAsync(AccessKeyResource.Installation, "test", Token, async change =>
            {
                if (await change.Related.FindAsync<InstalledOrganization>(id) is null)
                    await change.PutAsync(
                        InstalledOrganizationResource.Definition, null, new InstalledOrganization { Id = id });
                return true;
            });
        handler.Resources = resources;
        var runner = new JobRunner(
            [handler], board, resources, _store, TimeProvider.System, logger ?? NullLogger<JobRunner>.Instance);
        await runner.StartAsync(Token);
        return new Running(runner, resources);
    }

    private static Task QueueAsync(Running runner, string organizationId, params string[] ids) =>
        QueueAsync(runner, organizationId, [.. ids.Select(id => (id, (Instant?)null))]);

    private static Task QueueAsync(
        Running runner, string organizationId, IReadOnlyList<(string Id, Instant? Due)> work) =>
        runner.Resources.ChangeAsync(organizationId, "test", Token, async change =>
        {
            foreach (var (id, due) in work)
                await JobQueue.PutAsync(change, Counting.HandlerName, id, due);
            return true;
        });

    private async Task<IReadOnlyList<QueuedJob>> QueuedAsync(string organizationId) =>
        await new ResourceReader(AllKinds.Catalog, _store, organizationId, Token)
            .ListAsync<QueuedJob>(Condition.And());

    private sealed record Running(JobRunner Runner, ResourceService Resources) : IAsyncDisposable
    {
        internal Task RunDueAsync() => Runner.RunDueAsync(Token);

        public async ValueTask DisposeAsync()
        {
            await Runner.StopAsync(default);
            Runner.Dispose();
        }
    }

    /// <summary>Counts steps, as far as asked for, and notes each as a checkpoint.</summary>
    private sealed class Counting(Func<string, int> length) : IJobHandler
    {
        internal const string HandlerName = "counting";

        private readonly TaskCompletionSource _stopped = new();

        private Func<string, int> Length => length;

        internal ResourceService Resources { get; set; } = null!;

        internal ConcurrentQueue<string> Steps { get; } = new();

        internal ConcurrentQueue<string> Failures { get; } = new();

        /// <summary>Faults that a step meets once.</summary>
        internal ConcurrentDictionary<string, Exception> Faults { get; } = new();

        /// <summary>Faults after which a step goes on.</summary>
        internal ConcurrentDictionary<string, Exception> PartialFaults { get; } = new();

        /// <summary>The step after which the process hangs until it is stopped.</summary>
        internal int? StopsAfter { get; init; }

        internal bool CannotFail { get; init; }

        internal IReadOnlyList<string> Unqueued { get; init; } = [];

        internal Task Stopped => _stopped.Task;

        public string Name => HandlerName;

        public ValueTask<IJobRun?> BeginAsync(
            string organizationId, QueuedJob queued, CancellationToken cancellationToken) =>
            ValueTask.FromResult<IJobRun?>(
                queued.Checkpoint == $"{length(queued.Id)}" || Failures.Any(one => one.StartsWith($"{queued.Id}:"))
                    ? null : new Run(this, organizationId, queued));

        public ValueTask<bool> FailAsync(ResourceChange change, string id, string reason)
        {
            if (CannotFail)
                throw new InvalidOperationException("a second fault");
            Failures.Enqueue($"{id}: {reason}");
            return ValueTask.FromResult(true);
        }

        public ValueTask<IReadOnlyList<(string Id, Instant? Due)>> UnqueuedAsync(IResourceReader related) =>
            ValueTask.FromResult<IReadOnlyList<(string, Instant?)>>([.. Unqueued.Select(id => (id, (Instant?)null))]);

        /// <summary>Returns when a step is done.</summary>
        internal async Task DoneAsync(string step)
        {
            while (!Steps.Contains(step))
            {
                Token.ThrowIfCancellationRequested();
                await Task.Yield();
            }
        }

        private sealed class Run(Counting handler, string organizationId, QueuedJob queued) : IJobRun
        {
            private int _done = int.Parse(queued.Checkpoint ?? "0", System.Globalization.CultureInfo.InvariantCulture);

            public async Task<bool> StepAsync(CancellationToken cancellationToken)
            {
                if (_done == handler.StopsAfter)
                {
                    handler._stopped.TrySetResult();
                    await Task.Delay(Timeout.Infinite, cancellationToken);
                }
                var step = $"{queued.Id}{_done + 1}";
                if (handler.Faults.TryRemove(step, out var fault))
                    throw fault;
                var isWanted = await handler.Resources.ChangeAsync(
                    organizationId, "test", cancellationToken,
                    change => JobQueue.SaveCheckpointAsync(change, queued.Id, $"{_done + 1}"));
                if (!isWanted)
                    return false;
                _done++;
                handler.Steps.Enqueue(step);
                return _done < handler.Length(queued.Id);
            }

            public IReadOnlyList<Exception> TakeFaults() =>
                handler.PartialFaults.TryRemove($"{queued.Id}{_done}", out var fault) ? [fault] : [];
        }
    }
}
