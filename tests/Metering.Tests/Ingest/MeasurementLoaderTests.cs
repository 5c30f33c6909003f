using System.Text;
using System.Text.Json;
using NodaTime;
using NodaTime.Testing;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.Ingest;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Meters;
using Tallystick.Metering.Tests.Harness;
using Tallystick.Storage.Measurements.DuckDb;
using Tallystick.Storage.Measurements.Log;
using Tallystick.Storage.Measurements.Uids;

namespace Tallystick.Metering.Tests.Ingest;

public sealed class MeasurementLoaderTests : IDisposable
{
    private static readonly Meter Meter = Make.Meter("m", "measure.n", "what.kind");

    private readonly TempDirectory _directory = new();
    private readonly FakeCatalog _catalog = new();
    private readonly FakeClock _clock = new(Make.Now);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public MeasurementLoaderTests() => _catalog.Add(Make.Organization, Meter);

    public void Dispose() => _directory.Dispose();

    private Task<Ingestion> StartAsync(
        Func<ILoadTarget, ILoadTarget>? wrap = null, LogOptions? log = null) =>
        Ingestion.StartAsync(_directory, _catalog, _clock, wrap, log);

    private static string Json(string uid, string members = "", decimal n = 1) => Make.Json(uid, members, n);

    private static async Task<decimal?> SumAsync(Ingestion ingestion) =>
        (await ingestion.ReadAsync(Make.Query(Meter, "n", AggregationMethod.Sum)))
            .Select(value => (decimal?)value.Value).SingleOrDefault();

    [Theory]
    [InlineData("\"meter\":\"M\"", IngestFailure.UndefinedMeter, "Meter 'M' does not exist.")]
    [InlineData(
        "\"who\":{\"kind\":\"k\"}", IngestFailure.DuplicateField,
        "The field 'kind' appears in more than one category.")]
    [InlineData(
        "\"cost\":{\"n\":1}", IngestFailure.DuplicateField, "The field 'n' appears in more than one category.")]
    [InlineData(
        "\"cost\":{\"x\":1},\"who\":{\"x\":\"\"},\"measure\":{}", IngestFailure.DuplicateField,
        "The field 'x' appears in more than one category.")]
    [InlineData("\"measure\":{\"n\":null}", IngestFailure.MissingField,
        "The meter 'm' requires a value for 'measure.n'.")]
    [InlineData("\"what\":null,\"where\":{\"kind\":\"k\"}", IngestFailure.MissingField,
        "The meter 'm' requires a value for 'what.kind'.")]
    [InlineData(
        "\"what\":{\"Kind\":\"k\"}", IngestFailure.MissingField, "The meter 'm' requires a value for 'what.kind'.")]
    [InlineData(
        "\"account\":\"ACME\"", IngestFailure.InvalidAccountCode,
        "The account code 'ACME' is nearly identical to 'acme', so no account was created for it.")]
    [InlineData(
        "\"uid\":\"first\",\"measure\":{\"n\":1.0}", IngestFailure.DuplicateUid,
        "The uid 'first' was already used. The first measurement was kept.")]
    public async Task Measurement_FailingACheck_IsKeptAsFailure(string members, IngestFailure type, string message)
    {
        await using var ingestion = await StartAsync();
        await ingestion.SubmitAsync(Json("first"));
        await ingestion.SubmitAsync(Json("second", members));
        await ingestion.LoadedAsync();

        var report = (await ingestion.FailureReportsAsync()).ShouldHaveSingleItem();
        report.Failure.Type.ShouldBe(type);
        report.Message.ShouldBe(message);
        report.Failure.ReceivedAt.ShouldBe(Make.Now);
        JsonDocument.Parse(report.Json).RootElement.GetProperty("ts").GetString().ShouldBe("2026-03-01T00:00:00Z");
        (await SumAsync(ingestion)).ShouldBe(1);
        (await ingestion.TallyAsync()).ShouldBe(type == IngestFailure.DuplicateUid
            ? new LoadTally(2, 1, 1, 0)
            : new LoadTally(2, 1, 0, 1));
    }

    [Theory]
    [InlineData("\"what\":{\"kind\":\"\"},\"measure\":{\"n\":0}")]
    [InlineData("\"who\":{\"other\":\"x\"},\"measure\":{\"n\":1,\"other2\":5},\"metadata\":{\"n2\":\"\"}")]
    public async Task Measurement_WithEmptyValuesOrUnknownFields_IsStored(string members)
    {
        await using var ingestion = await StartAsync();
        await ingestion.SubmitAsync(Json("u", members));

        (await ingestion.TallyAsync()).ShouldBe(new LoadTally(1, 1, 0, 0));
        (await ingestion.ReadAsync(Make.Query(Meter, "kind", AggregationMethod.Count))).Single().Value.ShouldBe(1);
    }

    [Fact]
    public async Task Checks_SeveralFailing_FirstIsTold()
    {
        await using var ingestion = await StartAsync();
        await ingestion.SubmitAsync(
            Json("u"),
            Json("u", "\"meter\":\"?\",\"who\":{\"n\":\"\"},\"account\":\"Acme\""),
            Json("u", "\"who\":{\"n\":\"\"},\"what\":{},\"account\":\"Acme\""),
            Json("u", "\"what\":{},\"account\":\"Acme\""),
            Json("u", "\"account\":\"Acme\""),
            Json("u"));

        (await ingestion.FailuresAsync()).ShouldBe([
            IngestFailure.UndefinedMeter, IngestFailure.DuplicateField, IngestFailure.MissingField,
            IngestFailure.InvalidAccountCode, IngestFailure.DuplicateUid]);
    }

    [Fact]
    public async Task Measurement_FailingMeterOrFields_CreatesNoAccount()
    {
        await using var ingestion = await StartAsync();
        await ingestion.SubmitAsync(
            Json("a", "\"meter\":\"?\",\"account\":\"new-1\""), Json("b", "\"what\":{},\"account\":\"new-2\""));
        await ingestion.LoadedAsync();

        _catalog.Accounts.ShouldBeEmpty();
    }

    [Fact]
    public async Task Uid_OfAFailedMeasurement_IsNotConsumed()
    {
        await using var ingestion = await StartAsync();
        await ingestion.SubmitAsync(Json("u", "\"what\":null"));
        await ingestion.SubmitAsync(Json("u", n: 7));

        (await SumAsync(ingestion)).ShouldBe(7);
        (await ingestion.FailuresAsync()).ShouldBe([IngestFailure.MissingField]);
    }

    [Fact]
    public async Task Uid_Repeated_FirstWinsWithinAndAcrossBatchesAndRestarts()
    {
        await using (var ingestion = await StartAsync())
        {
            await ingestion.SubmitAsync(Json("u", n: 1), Json("u", n: 10), Json("U", n: 100));
            await ingestion.SubmitAsync(Json("u", n: 1000));
            (await SumAsync(ingestion)).ShouldBe(101);
        }
        await using (var restarted = await StartAsync())
        {
            await restarted.SubmitAsync(Json("u", n: 10_000), Json("u2", "\"account\":\"other\""));
            (await SumAsync(restarted)).ShouldBe(101);
            (await restarted.TallyAsync()).ShouldBe(new LoadTally(6, 3, 3, 0));
        }
    }

    [Fact]
    public async Task Uids_WithEqualFingerprints_AreToldApartByTheLog()
    {
        using var index = new ColludingIndex(fingerprints: 3);
        await using var ingestion = await Ingestion.StartAsync(_directory, _catalog, _clock, uids: index);
        for (var submission = 0; submission < 12; submission++)
        {
            // Five new uids each time, the first of them twice with another value, and five of the time before.
            var uids = Enumerable.Range(submission * 5, 10).Select(number => $"u{number}").ToArray();
            await ingestion.SubmitAsync([.. uids.Select(uid => Json(uid)), Json(uids[5], n: 100)]);
        }

        (await SumAsync(ingestion)).ShouldBe(65);
        (await ingestion.TallyAsync()).ShouldBe(new LoadTally(132, 65, 67, 0));
    }

    [Fact]
    public async Task Uid_OfAnotherOrganization_IsNoDuplicate()
    {
        _catalog.Add("org-2", Meter with { });
        await using var ingestion = await StartAsync();
        await ingestion.SubmitAsync(Json("u"));
        await ingestion.Intake.AcceptAsync(
            "org-2", Encoding.UTF8.GetBytes($$"""{"measurements":[{{Json("u", n: 5)}}]}"""), Token);

        (await SumAsync(ingestion)).ShouldBe(1);
        var other = Make.Query(Meter, "n", AggregationMethod.Sum) with { OrganizationId = "org-2" };
        (await ingestion.ReadAsync(other)).Single().Value.ShouldBe(5);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Uid_AfterTheWindow_IsNewAgain(bool restarts)
    {
        var ingestion = await StartAsync();
        await ingestion.SubmitAsync(Json("u", n: 1));
        await ingestion.LoadedAsync();
        _clock.Advance(Duration.FromDays(35) - Duration.Epsilon);
        await ingestion.SubmitAsync(Json("u", n: 10));
        await ingestion.LoadedAsync();
        _clock.Advance(Duration.Epsilon);
        if (restarts)
        {
            await ingestion.DisposeAsync();
            ingestion = await StartAsync();
        }
        await ingestion.SubmitAsync(Json("u", n: 100), Json("u", n: 1000));

        (await SumAsync(ingestion)).ShouldBe(101);
        await ingestion.DisposeAsync();
    }

    [Fact]
    public async Task Backlog_LoadedAfterTheWindow_IsJudgedByItsReceipt()
    {
        await using (var ingestion = await StartAsync())
        {
            await ingestion.SubmitAsync(Json("u", n: 1));
            await ingestion.LoadedAsync();
        }
        // Received within the window of "u", while no loader ran; loaded long after the window.
        _clock.Advance(Duration.FromDays(34));
        await using (var log = FileMeasurementLog.Open(_directory["log"]))
        {
            await new MeasurementIntake(log, _clock, Ingestion.Options).AcceptAsync(
                Make.Organization, Encoding.UTF8.GetBytes($$"""{"measurements":[{{Json("u", n: 10)}}]}"""), Token);
        }
        _clock.Advance(Duration.FromDays(100));
        await using var late = await StartAsync();

        (await SumAsync(late)).ShouldBe(1);
    }

    [Theory(Timeout = 60_000)] // a loader that lost its way would be waited for without end
    [InlineData(0, 0, 3)]
    [InlineData(2, 0, 0)]
    [InlineData(0, 1, 0)]
    [InlineData(1, 1, 2)]
    public async Task Faults_OfStoreOrCatalog_AreRetriedWithoutLossOrRepetition(int before, int after, int catalog)
    {
        _catalog.FaultsToCome = catalog;
        await using var ingestion = await StartAsync(store => new FaultyStore(store, before, after));
        for (var index = 0; index < 20; index++)
            await ingestion.SubmitAsync(Json($"u{index}"), Json($"u{index / 2}"), Json("bad", "\"what\":null"));
        await ingestion.Loader.WaitForAsync(ingestion.Log.End, TestContext.Current.CancellationToken);

        (await SumAsync(ingestion)).ShouldBe(20);
        (await ingestion.TallyAsync()).ShouldBe(new LoadTally(60, 20, 20, 20));
        ingestion.Loader.Fault.ShouldBeNull();
    }

    [Fact]
    public async Task Load_TooLargeForTheStore_IsKeptInParts()
    {
        await using (var away = await StartAsync(store => new FaultyStore(store, int.MaxValue, 0)))
        {
            for (var request = 0; request < 40; request++)
                await away.SubmitAsync([.. Enumerable.Range(0, 10).Select(number => Json($"{request} {number}"))]);
        }
        FaultyStore? tight = null;
        await using var ingestion = await StartAsync(store => tight = new FaultyStore(store, 0, 0, maxRows: 25));
        (await ingestion.TallyAsync()).ShouldBe(new LoadTally(400, 400, 0, 0));
        (await SumAsync(ingestion)).ShouldBe(400);
        // It is halved some times, and then some twenty loads fit, rather than every other one.
        tight!.TooLarge.ShouldBeInRange(1, 9);
    }

    [Fact(Timeout = 60_000)]
    public async Task Fault_InTheMiddleOfALoad_LeavesNoTraceOfItInTheNext()
    {
        await using (var log = FileMeasurementLog.Open(_directory["log"]))
        {
            var intake = new MeasurementIntake(log, _clock, Ingestion.Options);
            foreach (var (uid, members) in new[] { ("u0", ""), ("u1", ""), ("u1", ""), ("u2", "\"meter\":\"other\"") })
            {
                var body = $$"""{"measurements":[{{Json(uid, members)}}]}""";
                await intake.AcceptAsync(Make.Organization, Encoding.UTF8.GetBytes(body), Token);
            }
        }
        (_catalog.FaultyMeter, _catalog.FaultsToCome) = ("other", 1);
        await using var ingestion = await StartAsync();
        await ingestion.Loader.WaitForAsync(ingestion.Log.End, TestContext.Current.CancellationToken);

        (await SumAsync(ingestion)).ShouldBe(2);
        (await ingestion.TallyAsync()).ShouldBe(new LoadTally(4, 2, 1, 1));
        (await ingestion.FailureReportsAsync())[0].Failure.AccountId.ShouldBe("id-of-acme");
    }

    [Theory(Timeout = 60_000)]
    [InlineData(1, 0)]
    [InlineData(0, 1)]
    public async Task Fault_WhileLaterLoadsWait_StoresAllOfThemOnceAndInOrder(int before, int after)
    {
        await using (var log = FileMeasurementLog.Open(_directory["log"]))
        {
            var intake = new MeasurementIntake(log, _clock, Ingestion.Options);
            string[] submissions =
            [
                $"{Json("u0")},{Json("u1")}", $"{Json("u1", n: 5)},{Json("u2")}",
                $"{Json("u2", n: 5)},{Json("u3")},{Json("u4", "\"meter\":\"last\"")}", $"{Json("u3")},{Json("u4")}",
            ];
            foreach (var submission in submissions)
            {
                await intake.AcceptAsync(
                    Make.Organization, Encoding.UTF8.GetBytes($$"""{"measurements":[{{submission}}]}"""), Token);
            }
        }
        var third = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _catalog.Asked = code => _ = code == "last" && third.TrySetResult();
        await using var ingestion = await Ingestion.StartAsync(
            _directory, _catalog, _clock,
            store => new FaultyStore(store, before, after, held: third.Task) { PreferredLoadSize = 1 });
        await ingestion.Loader.WaitForAsync(ingestion.Log.End, TestContext.Current.CancellationToken);

        (await SumAsync(ingestion)).ShouldBe(5);
        (await ingestion.TallyAsync()).ShouldBe(new LoadTally(9, 5, 3, 1));
        (await ingestion.FailuresAsync()).ShouldBe(
        [
            IngestFailure.DuplicateUid, IngestFailure.DuplicateUid, IngestFailure.UndefinedMeter,
            IngestFailure.DuplicateUid,
        ]);
    }

    [Fact]
    public async Task Restart_BetweenLogAndStoreOrBeforeDeletion_CountsNothingTwice()
    {
        var small = new LogOptions { FileBytes = 200 };
        await using (var ingestion = await StartAsync(log: small))
        {
            for (var index = 0; index < 10; index++)
                await ingestion.SubmitAsync(Json($"u{index}"));
            await ingestion.LoadedAsync();
        }
        Copy("log", "kept"); // the log as it was before a deletion that a crash prevented
        await using (var log = FileMeasurementLog.Open(_directory["log"], small))
        {
            var intake = new MeasurementIntake(log, _clock, Ingestion.Options);
            for (var index = 10; index < 20; index++)
            {
                var body = $$"""{"measurements":[{{Json($"u{index}")}}]}""";
                await intake.AcceptAsync(Make.Organization, Encoding.UTF8.GetBytes(body), Token);
            }
        }
        Copy("log", "kept");
        await using (var second = await StartAsync(log: small))
            (await SumAsync(second)).ShouldBe(20);
        Copy("kept", "log");
        await using var third = await StartAsync(log: small);

        await third.SubmitAsync(Json("u20"), Json("u5"));
        (await SumAsync(third)).ShouldBe(21);
        (await third.TallyAsync()).ShouldBe(new LoadTally(22, 21, 1, 0));
    }

    [Fact]
    public async Task Log_ShorterThanTheStore_StopsTheLoaderInsteadOfLosingUsage()
    {
        await using (var ingestion = await StartAsync())
        {
            await ingestion.SubmitAsync(Json("u"));
            await ingestion.LoadedAsync();
        }
        Directory.Delete(_directory["log"], recursive: true);
        await using var store = await DuckDbMeasurementStore.OpenAsync(
            _directory["usage.duckdb"], Ingestion.Small, TestContext.Current.CancellationToken);
        await using var log = FileMeasurementLog.Open(_directory["log"]);
        // An hour between attempts: the first one is over when the call returns to the test or soon after.
        var hour = Duration.FromHours(1);
        var options = Ingestion.Options with { RetryDelay = hour, RetryDelayLimit = hour };
        var loader = new MeasurementLoader(log, store, store, new UidIndex(), _catalog, _catalog, _clock, options);
        using var stop = new CancellationTokenSource();
        var running = loader.RunAsync(stop.Token);
        while (loader.Fault is null)
            await Task.Yield();
        await stop.CancelAsync();

        loader.Fault.Message.ShouldContain("do not match");
        var intake = new MeasurementIntake(log, _clock, options, loader);
        var body = System.Text.Encoding.UTF8.GetBytes($$"""{"measurements":[{{Json("v")}}]}""");
        await Should.ThrowAsync<LoadRefusedException>(
            intake.AcceptAsync(Make.Organization, body, TestContext.Current.CancellationToken).AsTask());
        log.End.ShouldBe(default);
        await Should.ThrowAsync<OperationCanceledException>(running);
    }

    [Fact]
    public async Task Log_OfUidsOutOfTheWindow_IsDeletedOnceLoaded()
    {
        await using var ingestion = await StartAsync(log: new LogOptions { FileBytes = 200 });
        for (var index = 0; index < 20; index++)
        {
            await ingestion.SubmitAsync(Json($"u{index}"));
            await ingestion.LoadedAsync();
        }
        Directory.GetFiles(_directory["log"], "*.log").Length.ShouldBeGreaterThanOrEqualTo(20);
        _clock.Advance(Ingestion.Options.DuplicateWindow + Duration.FromSeconds(1));
        await ingestion.SubmitAsync(Json("first after the window"));
        await ingestion.LoadedAsync();
        // The deletion follows the load: once another load has begun, the former's deletion is over.
        await ingestion.SubmitAsync(Json("last"));
        await ingestion.LoadedAsync();

        Directory.GetFiles(_directory["log"], "*.log").Length.ShouldBeLessThanOrEqualTo(2);
    }

    private void Copy(string from, string to)
    {
        Directory.CreateDirectory(_directory[to]);
        foreach (var file in Directory.GetFiles(_directory[from], "*.log"))
            File.Copy(file, Path.Combine(_directory[to], Path.GetFileName(file)), overwrite: true);
    }
}
