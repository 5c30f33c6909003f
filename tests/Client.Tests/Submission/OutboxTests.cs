using System.Diagnostics;
using Tallystick.Client.Tests.Http;
using Tallystick.Client.Tests.Program;
using Tallystick.Testing;

namespace Tallystick.Client.Tests.Submission;

/// <summary>What an outbox has accepted arrives once, whatever happens to its process.</summary>
public sealed class OutboxTests(RealServer server) : IAsyncLifetime
{
    // Adds measurements, says of each that it was accepted as soon as it was, and waits for its death. An open batch
    // stays open until it is full, so that the process dies with accepted measurements that are in no request.
    private const string Producer = """
        using Tallystick.Client;

        using var client = TallystickClient.FromEnvironment();
        await using var submitter = new MeasurementSubmitter(client, new()
        {
            OutboxDirectory = args[0],
            MaxBatchCount = 25,
            FlushInterval = TimeSpan.FromDays(1),
        });
        for (var number = 0; number < int.Parse(args[2]); number++)
        {
            await submitter.AddAsync(new Measurement
            {
                Uid = $"{args[1]}-{number}",
                Meter = "killed",
                Account = "acme",
                Ts = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
                Measure = new() { ["n"] = 1 },
            });
            Console.WriteLine($"{args[1]}-{number};");
        }
        await Task.Delay(Timeout.Infinite);
        """;

    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);

    private readonly TemporaryDirectory _directory = new();

    public async ValueTask InitializeAsync() => await server.StartAsync();

    public ValueTask DisposeAsync()
    {
        _directory.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Outbox_ProcessesKilledWhileTheySend_DeliversEachAcceptedOnce()
    {
        var meter = await server.MeterAsync("killed");
        var seed = Environment.TickCount;
        var random = new Random(seed);
        using var producer = CompiledProgram.Of(Producer);
        var accepted = new List<string>();

        // Somewhere while it adds, and with an open batch of 24.
        foreach (var (round, added, read) in new[]
        {
            (0, 1000, random.Next(1, 75)), (1, 1000, random.Next(1, 75)), (2, 49, 49),
        })
        {
            using var process = producer.Start(server.Environment, _directory.Path, $"{round}", $"{added}");
            accepted.AddRange(await KillAfterAsync(process, read));
        }
        await using (var last = new MeasurementSubmitter(server.Client, new() { OutboxDirectory = _directory.Path }))
            await last.FlushAsync();

        var stored = await server.UidsAsync(meter);
        stored.ShouldBeUnique();
        accepted.Except(stored).ShouldBeEmpty($"seed {seed}");
        Directory.GetFiles(_directory.Path, "*.jsonl").ShouldBeEmpty();
    }

    [Fact]
    public async Task Outbox_ServerAway_IsSentByTheNextSubmitter()
    {
        await using var stub = await ProtocolServer.StartAsync();
        stub.Otherwise = (context, _) => ProtocolServer.WriteAsync(context, 503, "{}");
        using var client = stub.Client();
        var first = new MeasurementSubmitter(
            client, new() { OutboxDirectory = _directory.Path, FlushInterval = Long, MaxBatchCount = 2 });
        foreach (var number in Enumerable.Range(0, 5))
            await first.AddAsync(SubmitterTests.Number(number));
        // Without an exception: nothing is lost.
        await first.DisposeAsync();

        // Another one, because a request that the first submitter gave up may still arrive.
        await using var back = await ProtocolServer.StartAsync();
        using var nextClient = back.Client();
        await using (new MeasurementSubmitter(
            nextClient, new() { OutboxDirectory = _directory.Path, FlushInterval = Long, CloseTimeout = Long }))
        {
        }

        back.Received.SelectMany(SubmitterTests.Uids).ShouldBe(["0", "1", "2", "3", "4"]);
        Directory.GetFiles(_directory.Path, "*.jsonl").ShouldBeEmpty();
    }

    [Fact]
    public async Task Outbox_LineThatWasBeingWritten_WasNotAccepted()
    {
        await using var stub = await ProtocolServer.StartAsync();
        using var client = stub.Client();
        File.WriteAllText(
            _directory.File("0000000000000007.jsonl"), """{"uid":"1","meter":"m"}""" + "\n" + """{"uid":"2","met""");

        await using (new MeasurementSubmitter(
            client, new() { OutboxDirectory = _directory.Path, FlushInterval = Long, CloseTimeout = Long }))
        {
        }

        stub.Received.Single().Body.ShouldBe("""{"measurements":[{"uid":"1","meter":"m"}]}""");
    }

    [Fact]
    public async Task Outbox_UsedByAnother_IsRefused()
    {
        await using var stub = await ProtocolServer.StartAsync();
        using var client = stub.Client();
        var options = new MeasurementSubmitterOptions { OutboxDirectory = _directory.Path };
        await using var first = new MeasurementSubmitter(client, options);

        Should.Throw<IOException>(() => new MeasurementSubmitter(client, options));
    }

    [Fact]
    public async Task Outbox_ThatCannotBeWritten_AcceptsNothing()
    {
        await using var stub = await ProtocolServer.StartAsync();
        using var client = stub.Client();
        var options = new MeasurementSubmitterOptions { OutboxDirectory = _directory.Path, FlushInterval = Long };
        await using var submitter = new MeasurementSubmitter(client, options);
        // A directory is where the file would be.
        var obstacle = Directory.CreateDirectory(_directory.File("0000000000000001.jsonl"));

        await Should.ThrowAsync<TallystickException>(async () => await submitter.AddAsync(SubmitterTests.Number(1)));
        obstacle.Delete();
        await submitter.AddAsync(SubmitterTests.Number(2));
        await submitter.FlushAsync();

        stub.Received.SelectMany(SubmitterTests.Uids).ShouldBe(["2"]);
    }
    [Fact]
    public async Task Outbox_ThatStaysUnwritable_KeepsNobodyWaiting()
    {
        await using var stub = await ProtocolServer.StartAsync();
        using var client = stub.Client();
        var failures = new List<string>();
        var submitter = new MeasurementSubmitter(client, new()
        {
            OutboxDirectory = _directory.Path,
            FlushInterval = Long,
            MaxWaiting = 1,
            CloseTimeout = Timeout.InfiniteTimeSpan,
            OnFailure = failure => failures.Add(failure.Message),
        });
        Directory.CreateDirectory(_directory.File("0000000000000001.jsonl"));

        // Each gives its place back.
        foreach (var number in Enumerable.Range(0, 3))
        {
            await Should.ThrowAsync<TallystickException>(
                async () => await submitter.AddAsync(SubmitterTests.Number(number)));
        }
        await submitter.FlushAsync();
        await submitter.DisposeAsync();

        stub.Received.ShouldBeEmpty();
        failures.Single().ShouldStartWith("A file of the outbox cannot be deleted: ");
    }

    [Fact]
    public async Task Outbox_WhoseCollectorFails_KeepsNobodyWaiting()
    {
        await using var stub = await ProtocolServer.StartAsync();
        using var client = stub.Client(new BrokenTime());
        var submitter = new MeasurementSubmitter(client, new() { OutboxDirectory = _directory.Path });

        var added = await Should.ThrowAsync<TallystickException>(
            async () => await submitter.AddAsync(SubmitterTests.Number(0)));
        await Should.ThrowAsync<TallystickException>(async () => await submitter.AddAsync(SubmitterTests.Number(1)));
        await Should.ThrowAsync<TallystickException>(submitter.FlushAsync());
        await submitter.DisposeAsync();

        added.Message.ShouldBe("The submitter ended by a failure: no timer");
        // The outbox is free for the next one.
        await using var next = new MeasurementSubmitter(client, new() { OutboxDirectory = _directory.Path });
    }

    private static async Task<IReadOnlyList<string>> KillAfterAsync(Process process, int count)
    {
        var accepted = new List<string>();
        while (accepted.Count < count && await process.StandardOutput.ReadLineAsync() is { } line)
            accepted.Add(line);
        process.Kill();
        if (accepted.Count < count)
            throw new InvalidOperationException(await process.StandardError.ReadToEndAsync());
        // What it said before it died counts, except for a line that it did not finish.
        accepted.AddRange((await process.StandardOutput.ReadToEndAsync()).Split('\n'));
        await process.WaitForExitAsync();
        return [.. accepted.Where(line => line.EndsWith(';')).Select(line => line.TrimEnd(';'))];
    }

    // The system's clock, whose timers cannot be set.
    private sealed class BrokenTime : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            new BrokenTimer();

        private sealed class BrokenTimer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => throw new InvalidOperationException("no timer");

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
