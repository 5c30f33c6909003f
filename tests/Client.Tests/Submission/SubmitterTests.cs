using System.Text.Json.Nodes;
using Tallystick.Client.Tests.Http;

namespace Tallystick.Client.Tests.Submission;

/// <summary>Measurements in batches, over a server that speaks the protocol.</summary>
public sealed class SubmitterTests
{
    private const string Accepted = """{"result":"accepted"}""";

    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task Batch_OfAThousand_IsSentAtOnce()
    {
        await using var server = await ProtocolServer.StartAsync();
        using var client = server.Client();
        await using var submitter = new MeasurementSubmitter(client, new() { FlushInterval = Long });

        foreach (var number in Enumerable.Range(0, 1500))
            await submitter.AddAsync(Number(number));
        await submitter.FlushAsync();

        server.Received.Select(Count).ShouldBe([1000, 500]);
        server.Received.SelectMany(Uids).ShouldBe(Enumerable.Range(0, 1500).Select(number => $"{number}"));
    }

    [Fact]
    public async Task Batch_OfManyBytes_StaysBelowTheLimit()
    {
        await using var server = await ProtocolServer.StartAsync();
        using var client = server.Client();
        await using var submitter = new MeasurementSubmitter(client, new() { FlushInterval = Long });
        var text = new Dictionary<string, string> { ["note"] = new('x', 100_000) };

        foreach (var number in Enumerable.Range(0, 11))
            await submitter.AddAsync(Number(number) with { Metadata = text });
        await submitter.FlushAsync();

        server.Received.Select(Count).ShouldBe([5, 5, 1]);
        server.Received.ShouldAllBe(one => one.Body.Length <= 512_000);
        await Should.ThrowAsync<ArgumentException>(async () => await submitter.AddAsync(
            Number(1) with { Metadata = new() { ["note"] = new('x', 512_000) } }));
    }

    [Fact]
    public async Task Batch_NotFull_IsSentAfterTheInterval()
    {
        var time = new ManualTime { Awaited = TimeSpan.FromSeconds(90) };
        await using var server = await ProtocolServer.StartAsync();
        var sent = new TaskCompletionSource();
        server.Otherwise = async (context, _) =>
        {
            await ProtocolServer.WriteAsync(context, 200, Accepted);
            sent.TrySetResult();
        };
        using var client = server.Client(time);
        await using var submitter = new MeasurementSubmitter(
            client, new() { FlushInterval = TimeSpan.FromSeconds(90), CloseTimeout = Long });
        await submitter.AddAsync(Number(1));
        await time.IsAwaited;
        server.Received.ShouldBeEmpty();

        time.Advance(TimeSpan.FromSeconds(90));
        await sent.Task;

        Count(server.Received.Single()).ShouldBe(1);
    }

    [Fact]
    public async Task Uid_Missing_IsGivenAndKeptWhenRepeated()
    {
        await using var server = await ProtocolServer.StartAsync();
        server.Answer(503, "{}");
        server.Break();
        using var client = server.Client();
        await using var submitter = new MeasurementSubmitter(client, new() { FlushInterval = Long });

        await submitter.AddAsync(Number(1) with { Uid = null });
        await submitter.FlushAsync();

        server.Received.Count.ShouldBe(3);
        var uids = server.Received.SelectMany(Uids).Distinct().ToList();
        uids.Single().Length.ShouldBe(32);
    }

    [Fact]
    public async Task Failures_MoreThanTheClientRepeats_AreReportedAndOutlasted()
    {
        await using var server = await ProtocolServer.StartAsync();
        foreach (var _ in Enumerable.Range(0, 7))
            server.Answer(503, """{"message":"The server cannot store data."}""");
        using var client = server.Client();
        var failures = new List<string>();
        await using var submitter = new MeasurementSubmitter(
            client, new() { FlushInterval = Long, OnFailure = failure => failures.Add(failure.Message) });

        await submitter.AddAsync(Number(1));
        await submitter.FlushAsync();

        failures.ShouldBe(["The server cannot store data.", "The server cannot store data."]);
        server.Received.Count.ShouldBe(8);
    }

    [Fact]
    public async Task Add_TooManyWait_WaitsForAPlace()
    {
        await using var server = await ProtocolServer.StartAsync();
        var open = new TaskCompletionSource();
        server.Otherwise = async (context, _) =>
        {
            await open.Task;
            await ProtocolServer.WriteAsync(context, 200, Accepted);
        };
        using var client = server.Client();
        await using var submitter = new MeasurementSubmitter(
            client, new() { FlushInterval = Long, MaxBatchCount = 2, MaxWaiting = 4 });
        foreach (var number in Enumerable.Range(0, 4))
            await submitter.AddAsync(Number(number));

        var fifth = submitter.AddAsync(Number(4)).AsTask();
        using var cancellation = new CancellationTokenSource();
        var sixth = submitter.AddAsync(Number(5), cancellation.Token).AsTask();
        await cancellation.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(sixth);
        fifth.IsCompleted.ShouldBeFalse();
        open.SetResult();
        await fifth;
        await submitter.FlushAsync();
        server.Received.SelectMany(Uids).ShouldBe(["0", "1", "2", "3", "4"]);
    }

    [Fact]
    public async Task Refusal_NamingMeasurements_LeavesThemOut()
    {
        await using var server = await ProtocolServer.StartAsync();
        server.Answer(400, """
            {"message":"2 faults","errors":[
            {"path":"measurements[1].measure.n","code":"type","message":"must be a number"},
            {"path":"measurements[3].ts","code":"required","message":"is required"}]}
            """);
        using var client = server.Client();
        var refused = new List<RefusedMeasurement>();
        await using var submitter = new MeasurementSubmitter(
            client, new() { FlushInterval = Long, OnRefused = refused.Add });

        foreach (var number in Enumerable.Range(0, 5))
            await submitter.AddAsync(Number(number));
        await submitter.FlushAsync();

        refused.Select(one => (one.Measurement.Uid, one.Issues.Single().Code))
            .ShouldBe([("1", "type"), ("3", "required")]);
        Uids(server.Received[1]).ShouldBe(["0", "2", "4"]);
    }

    [Fact]
    public async Task Refusal_NamingNone_IsNarrowedDown()
    {
        await using var server = await ProtocolServer.StartAsync();
        server.Otherwise = (context, body) => body.Contains("\"uid\":\"5\"", StringComparison.Ordinal)
            ? ProtocolServer.WriteAsync(context, 413, """{"message":"Too large."}""")
            : ProtocolServer.WriteAsync(context, 200, Accepted);
        using var client = server.Client();
        await using var submitter = new MeasurementSubmitter(client, new() { FlushInterval = Long });
        foreach (var number in Enumerable.Range(0, 8))
            await submitter.AddAsync(Number(number));

        var error = await Should.ThrowAsync<MeasurementsRefusedException>(submitter.FlushAsync());

        (error.Count, error.Refused.Single().Measurement.Uid).ShouldBe((1, "5"));
        server.Received.Where(one => !one.Body.Contains("\"uid\":\"5\"", StringComparison.Ordinal))
            .SelectMany(Uids).Order(StringComparer.Ordinal).ShouldBe(["0", "1", "2", "3", "4", "6", "7"]);
    }

    [Fact]
    public async Task Dispose_WithMeasurementsLeft_SendsThem()
    {
        await using var server = await ProtocolServer.StartAsync();
        using var client = server.Client();
        var submitter = new MeasurementSubmitter(client, new() { FlushInterval = Long, CloseTimeout = Long });
        foreach (var number in Enumerable.Range(0, 3))
            await submitter.AddAsync(Number(number));

        await submitter.DisposeAsync();

        Uids(server.Received.Single()).ShouldBe(["0", "1", "2"]);
        await Should.ThrowAsync<ObjectDisposedException>(async () => await submitter.AddAsync(Number(3)));
    }

    [Fact]
    public async Task Dispose_ServerDoesNotAnswer_SaysHowManyAreLost()
    {
        await using var server = await ProtocolServer.StartAsync();
        server.Otherwise = (context, _) => ProtocolServer.WriteAsync(context, 503, "{}");
        using var client = server.Client();
        // The wait of 30 seconds is skipped.
        var submitter = new MeasurementSubmitter(client, new() { FlushInterval = Long });
        await submitter.AddAsync(Number(0));
        await submitter.AddAsync(Number(1));

        var error = await Should.ThrowAsync<TallystickException>(async () => await submitter.DisposeAsync());

        error.Message.ShouldBe("2 measurements were not sent in time and are lost.");
    }

    [Fact]
    public async Task Report_Throws_SendingGoesOn()
    {
        await using var server = await ProtocolServer.StartAsync();
        foreach (var _ in Enumerable.Range(0, 3))
            server.Answer(503, "{}");
        using var client = server.Client();
        await using var submitter = new MeasurementSubmitter(client, new()
        {
            FlushInterval = Long,
            OnFailure = _ => throw new InvalidOperationException("no log"),
        });

        await submitter.AddAsync(Number(0));
        await submitter.FlushAsync();

        server.Received.Count.ShouldBe(4);
    }

    [Fact]
    public async Task Dispose_WhileAddWaitsForAPlace_EndsTheWait()
    {
        await using var server = await ProtocolServer.StartAsync();
        server.Otherwise = (context, _) => ProtocolServer.WriteAsync(context, 503, "{}");
        using var client = server.Client();
        var submitter = new MeasurementSubmitter(client, new() { FlushInterval = Long, MaxWaiting = 1 });
        await submitter.AddAsync(Number(0));
        var second = submitter.AddAsync(Number(1)).AsTask();
        var flush = submitter.FlushAsync();

        var lost = await Should.ThrowAsync<TallystickException>(async () => await submitter.DisposeAsync());

        lost.Message.ShouldBe("1 measurements were not sent in time and are lost.");
        await Should.ThrowAsync<ObjectDisposedException>(second);
        await Should.ThrowAsync<TallystickException>(flush);
    }

    [Fact]
    public async Task TokenSource_Fails_MeasurementsAreSentLater()
    {
        await using var server = await ProtocolServer.StartAsync();
        var faults = new Queue<Exception>(
            [new InvalidOperationException("no vault"), new OperationCanceledException()]);
        using var client = new TallystickClient(new TallystickSettings
        {
            BaseUrl = server.Address,
            OrganizationId = "org",
            TokenSource = _ => faults.TryDequeue(out var fault)
                ? ValueTask.FromException<string?>(fault) : ValueTask.FromResult<string?>("token"),
            MaxRetries = 0,
            Time = new ManualTime(),
        });
        var failures = new List<string>();
        await using var submitter = new MeasurementSubmitter(
            client, new() { FlushInterval = Long, OnFailure = failure => failures.Add(failure.Message) });

        await submitter.AddAsync(Number(0));
        await submitter.FlushAsync();

        failures.Count.ShouldBe(2);
        failures[0].ShouldBe("Sending failed: no vault");
        Uids(server.Received.Single()).ShouldBe(["0"]);
    }

    public static TheoryData<MeasurementSubmitterOptions, string> OutOfRange => new()
    {
        { new() { MaxBatchCount = 0 }, "MaxBatchCount must be at least 1." },
        { new() { MaxBatchBytes = 20 }, "MaxBatchBytes must be more than 20." },
        { new() { MaxWaiting = 0 }, "MaxWaiting must be at least 1." },
        { new() { FlushInterval = TimeSpan.FromDays(50) }, "FlushInterval must be from 0 to 49 days." },
        { new() { CloseTimeout = TimeSpan.FromDays(50) }, "CloseTimeout must be from 0 to 49 days, or infinite." },
    };

    [Theory]
    [MemberData(nameof(OutOfRange))]
    public void Options_OutOfRange_AreRefused(MeasurementSubmitterOptions options, string message)
    {
        using var client = new TallystickClient(new TallystickSettings { BaseUrl = new("http://127.0.0.1") });

        var error = Should.Throw<ArgumentException>(() => new MeasurementSubmitter(client, options));

        error.Message.ShouldStartWith(message);
    }

    internal static Measurement Number(int number) => new()
    {
        Uid = $"{number}",
        Meter = "calls",
        Account = "acme",
        Ts = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
        Measure = new() { ["n"] = number },
    };

    internal static IEnumerable<string> Uids(ReceivedRequest request) =>
        JsonNode.Parse(request.Body)!["measurements"]!.AsArray().Select(one => (string)one!["uid"]!);

    private static int Count(ReceivedRequest request) => Uids(request).Count();
}
