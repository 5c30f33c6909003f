using System.Globalization;
using Tallystick.Client.Tests.Http;
using Tallystick.Client.Tests.Program;
using Tallystick.Testing;

namespace Tallystick.Client.Tests.Submission;

/// <summary>What an outbox has accepted arrives once, whatever happens to its process.</summary>
public sealed class OutboxTests(RealServer server) : IAsyncLifetime
{
    // Adds measurements until it dies, and says which were accepted.
    private const string Producer = """
        using Tallystick.Client;

        using var client = TallystickClient.FromEnvironment();
        await using var submitter = new MeasurementSubmitter(client, new()
        {
            OutboxDirectory = args[0],
            MaxBatchCount = 10,
            FlushInterval = TimeSpan.FromMilliseconds(5),
        });
        var first = int.Parse(args[1]);
        for (var number = first; ; number++)
        {
            await submitter.AddAsync(new Measurement
            {
                Uid = $"{number}",
                Meter = "killed",
                Account = "acme",
                Ts = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
                Measure = new() { ["n"] = 1 },
            });
            Console.WriteLine(number);
        }
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
        using var producer = CompiledProgram.Of(Producer);
        var accepted = new HashSet<int>();

        foreach (var run in Enumerable.Range(0, 2))
        {
            using var process = producer.Start(server.Environment, [_directory.Path, $"{run * 100_000}"]);
            while (accepted.Count < (run + 1) * 60 && await process.StandardOutput.ReadLineAsync() is { } line)
                accepted.Add(int.Parse(line, CultureInfo.InvariantCulture));
            process.Kill();
            // What it said before it died counts.
            while (await process.StandardOutput.ReadLineAsync() is { } line)
            {
                if (int.TryParse(line, CultureInfo.InvariantCulture, out var number))
                    accepted.Add(number);
            }
            await process.WaitForExitAsync();
        }
        await using (var last = new MeasurementSubmitter(server.Client, new() { OutboxDirectory = _directory.Path }))
            await last.FlushAsync();

        var stored = await server.UidsAsync(meter);
        accepted.Count.ShouldBeGreaterThanOrEqualTo(120);
        stored.ShouldBeUnique();
        accepted.Select(number => $"{number}").Except(stored).ShouldBeEmpty();
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
        var before = stub.Received.Count;

        stub.Otherwise = (context, _) => ProtocolServer.WriteAsync(context, 200, "{}");
        await using (new MeasurementSubmitter(
            client, new() { OutboxDirectory = _directory.Path, FlushInterval = Long, CloseTimeout = Long }))
        {
        }

        stub.Received.Skip(before).SelectMany(SubmitterTests.Uids).ShouldBe(["0", "1", "2", "3", "4"]);
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
        var options = new MeasurementSubmitterOptions
        {
            OutboxDirectory = _directory.Path,
            FlushInterval = Long,
            CloseTimeout = Long,
        };
        await using var submitter = new MeasurementSubmitter(client, options);
        // A directory is where the file would be.
        var obstacle = Directory.CreateDirectory(_directory.File("0000000000000001.jsonl"));

        await Should.ThrowAsync<TallystickException>(async () => await submitter.AddAsync(SubmitterTests.Number(1)));
        obstacle.Delete();
        await submitter.AddAsync(SubmitterTests.Number(2));
        await submitter.FlushAsync();

        stub.Received.SelectMany(SubmitterTests.Uids).ShouldBe(["2"]);
    }
}
