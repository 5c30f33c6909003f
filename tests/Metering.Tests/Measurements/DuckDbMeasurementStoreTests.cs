using System.Text;
using NodaTime;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Tests.Harness;
using Tallystick.Resources.Documents;
using Tallystick.Storage.Measurements.DuckDb;

namespace Tallystick.Metering.Tests.Measurements;

public sealed class DuckDbMeasurementStoreTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private const string Uuid = "80f1e2d3-0000-4abc-8def-0123456789ab";

    private static Measurement Row(string uid) => Make.Measurement(uid, "2026-03-02T00:00:00Z", Make.Number("n", 1));

    [Fact]
    public async Task Load_NotAtThePosition_IsRefusedAndChangesNothing()
    {
        await using var usage = await StoredUsage.CreateAsync(Row("u0"), Row("u1"));

        // One that reaches beyond the position from before it, and one that begins behind it.
        foreach (var from in new[] { 0, 1, 3 })
        {
            await Should.ThrowAsync<InvalidOperationException>(
                usage.Store.ApplyAsync(
                    StoredUsage.Load(from, Row("again"), Row("more"), Row("last")), Token).AsTask());
        }
        (await usage.Store.FindPositionAsync(0, Token)).ShouldBe(new LogPosition(2));
        (await Ingestion.TotalAsync(usage.Store)).ShouldBe(new LoadTally(2, 2, 0, 0));
    }

    [Fact]
    public async Task Load_AppliedAgain_IsRecognizedAndChangesNothing()
    {
        await using var usage = await StoredUsage.CreateAsync(Row("u0"), Row("u1"));
        var load = StoredUsage.Load(2, Row("u2"));

        (await usage.Store.ApplyAsync(load, Token)).ShouldBe(LoadOutcome.Applied);
        (await usage.Store.ApplyAsync(load, Token)).ShouldBe(LoadOutcome.AlreadyApplied);
        (await usage.Store.ApplyAsync(StoredUsage.Load(0, Row("u0"), Row("u1")), Token))
            .ShouldBe(LoadOutcome.AlreadyApplied);

        (await usage.Store.FindPositionAsync(0, Token)).ShouldBe(new LogPosition(3));
        (await Ingestion.TotalAsync(usage.Store)).ShouldBe(new LoadTally(3, 3, 0, 0));
        var query = Make.Query(Make.Meter("m", "measure.n"), "n", AggregationMethod.Sum);
        (await usage.ReadAsync(query)).Single().Value.ShouldBe(3);
    }

    [Fact]
    public async Task Load_ThatFailsMidway_LeavesNoTrace()
    {
        await using var usage = await StoredUsage.CreateAsync(Row("u0"));
        // A new meter, a new account and a new column come first; then a row without a value.
        var bad = StoredUsage.Load(1, Row("bad") with { Meter = "new", Account = "new" });
        bad.Meters[0].Fields[0].Numbers.Clear();
        await Should.ThrowAsync<ArgumentException>(usage.Store.ApplyAsync(bad, Token).AsTask());

        (await usage.Store.FindPositionAsync(0, Token)).ShouldBe(new LogPosition(1));
        await usage.Store.ApplyAsync(StoredUsage.Load(1, Row("good") with { Meter = "new", Account = "new" }), Token);
        var query = Make.Query(
            Make.Meter("new", "measure.n"), "n", AggregationMethod.Sum, new UsageWindow("id-of-new", Make.March));
        (await usage.ReadAsync(query)).Single().Value.ShouldBe(1);
        (await Ingestion.TotalAsync(usage.Store)).ShouldBe(new LoadTally(2, 2, 0, 0));
    }

    [Fact]
    public async Task Load_ThatFailsInTheEngine_LeavesNoTrace()
    {
        await using var usage = await StoredUsage.CreateAsync(Row("u0"));
        var bad = StoredUsage.Load(1, [.. Enumerable.Range(0, 5000).Select(number => Row($"bad {number}"))]);
        bad.Meters[0].Accounts.Remove([4999]);
        bad.Meters[0].Accounts.Add(5000); // an account that the load does not have
        var fault = await Should.ThrowAsync<IOException>(usage.Store.ApplyAsync(bad, Token).AsTask());
        fault.Message.ShouldStartWith("The measurement store cannot be written: ");

        (await usage.Store.FindPositionAsync(0, Token)).ShouldBe(new LogPosition(1));
        (await UidsAsync(usage.Store, Make.Now)).ShouldBe(["u0 at 0"]);
        await usage.Store.ApplyAsync(StoredUsage.Load(1, Row("good")), Token);
        (await UidsAsync(usage.Store, Make.Now)).ShouldBe(["u0 at 0", "good at 1"]);
    }

    [Fact]
    public async Task Load_OfSeveralRowGroups_KeepsItsOrderAndIsNotWrittenToTheJournal()
    {
        using var directory = new TempDirectory();
        var path = directory["usage.duckdb"];
        await using var store = await DuckDbMeasurementStore.OpenAsync(path, new DuckDbOptions(), Token);
        var positions = new List<long>();
        for (var load = 0; load < 2; load++)
        {
            var rows = Enumerable.Range(0, 150_000).Select(number => Row($"uid of measurement {number}"));
            await store.ApplyAsync(StoredUsage.Load(load * 150_000, [.. rows]), Token);
        }
        new FileInfo(path + ".wal").Length.ShouldBeLessThan(100_000);
        await store.VisitUidsAsync(0, Make.Now, (_, _, position) => positions.Add(position.Value), Token);
        positions.ShouldBe(Enumerable.Range(0, 300_000).Select(position => (long)position));
    }

    [Fact]
    public async Task Load_ThatTakesTooMuchMemory_IsKeptInFewerTables()
    {
        using var directory = new TempDirectory();
        var tight = new DuckDbOptions { MemoryMegabytes = 24, Threads = 1, SmallMeterRows = 0, MaxOwnTables = 1_000 };
        var rows = Enumerable.Range(0, 1_000).Select(number => Row($"u{number}") with { Meter = $"m{number}" });
        await using (var tightStore = await DuckDbMeasurementStore.OpenAsync(directory["usage.duckdb"], tight, Token))
        {
            await tightStore.ApplyAsync(StoredUsage.Load(0, [.. rows]), Token);
            await tightStore.ApplyAsync(StoredUsage.Load(1_000, [.. rows]), Token);
        }

        await using var store = await DuckDbMeasurementStore.OpenAsync(
            directory["usage.duckdb"], Ingestion.Small, Token);
        (await store.FindPositionAsync(0, Token)).ShouldBe(new LogPosition(2_000));
        var (_, counted) = await store.CountRowsAsync(Make.Organization, Instant.MinValue, Token);
        counted.Count.ShouldBe(1_000);
        counted.ShouldAllBe(meter => meter.Count == 2);
    }

    [Fact]
    public async Task Loads_WhileQueriesTakeTheMemory_AreKept()
    {
        var tight = new DuckDbOptions { MemoryMegabytes = 48, Threads = 1, SmallMeterRows = 0 };
        var much = Enumerable.Range(0, 200_000).Select(
            number => Row($"u{number}") with { Account = $"account {number}" }).ToArray();
        await using var usage = await StoredUsage.CreateAsync(tight, much);
        var windows = much.Select(row => new UsageWindow("id-of-" + row.Account, Make.March)).ToArray();
        var query = Make.Query(Make.Meter("m", "measure.n"), "n", AggregationMethod.Latest, windows);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var queries = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!enough.IsCancellationRequested)
            {
                try
                {
                    await usage.ReadAsync(query);
                }
                catch (UsageMemoryException)
                {
                    // The load needs the memory.
                }
            }
        })).ToList();

        for (var load = 0; load < 10; load++)
        {
            var rows = Enumerable.Range(0, 20_000).Select(
                number => Row($"u{load}-{number}") with { Meter = $"m{number % 40}" });
            await usage.Store.ApplyAsync(StoredUsage.Load(much.Length + load * 20_000, [.. rows]), Token);
        }

        await enough.CancelAsync();
        await Task.WhenAll(queries);
        var (_, counted) = await usage.Store.CountRowsAsync(Make.Organization, Instant.MinValue, Token);
        counted.Sum(meter => meter.Count).ShouldBe(much.Length + 200_000);
    }

    [Fact]
    public async Task Load_WhereMemoryIsShort_EndsTheReadThatIsOpenAndIsKept()
    {
        const int Rows = 200_000;
        using var directory = new TempDirectory();
        var path = directory["usage.duckdb"];
        await using var store = await DuckDbMeasurementStore.OpenAsync(path, Ingestion.Small, Token);
        await store.ApplyAsync(
            StoredUsage.Load(0, [.. Enumerable.Range(0, Rows).Select(number => Row($"u{number}"))]), Token);
        var begun = new TaskCompletionSource();
        var visited = 0;
        // It takes its time, so that it can only end soon when it is ended.
        var reading = store.VisitUidsAsync(
            0, Instant.MinValue,
            (_, _, _) =>
            {
                begun.TrySetResult();
                if (++visited % 16 == 0)
                    Token.WaitHandle.WaitOne(1);
            },
            Token);
        await begun.Task;
        await ShortMemory.BeginAsync(path);

        await store.ApplyAsync(StoredUsage.Load(Rows, Row("more"), Row("new") with { Meter = "new" }), Token);

        await Should.ThrowAsync<UsageMemoryException>(reading);
        visited.ShouldBeLessThan(Rows);
        var (_, counted) = await store.CountRowsAsync(Make.Organization, Instant.MinValue, Token);
        counted.Sum(meter => meter.Count).ShouldBe(Rows + 2);
    }

    [Fact]
    public async Task Store_Reopened_KnowsKeysColumnsAndUids()
    {
        using var directory = new TempDirectory();
        var path = directory["usage.duckdb"];
        await using (var store = await DuckDbMeasurementStore.OpenAsync(path, Ingestion.Small, Token))
            await store.ApplyAsync(StoredUsage.Load(0, Row("u0"), Row("u1") with { Meter = "other" }), Token);

        await using var reopened = await DuckDbMeasurementStore.OpenAsync(path, Ingestion.Small, Token);
        await reopened.ApplyAsync(
            StoredUsage.Load(2, Row(Uuid) with { Fields = [Make.Number("n", 0.0000001m), Make.Text("t", "x")] }),
            Token);

        var query = Make.Query(Make.Meter("m", "measure.n"), "n", AggregationMethod.Sum);
        (await reopened.ReadAsync(query, Token)).Single().Value.ShouldBe(1.0000001m);
        (await UidsAsync(reopened, Make.Now)).ShouldBe(["u0 at 0", "u1 at 1", $"{Uuid} at 2"]);
        (await UidsAsync(reopened, Make.Now + Duration.Epsilon)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Store_OverAFileOfAnotherKind_IsRefused()
    {
        using var directory = new TempDirectory();
        await File.WriteAllTextAsync(directory["usage.duckdb"], new string('x', 10_000), Token);

        var fault = await Should.ThrowAsync<StoreUnavailableException>(
            DuckDbMeasurementStore.OpenAsync(directory["usage.duckdb"], Ingestion.Small, Token));
        fault.Message.ShouldContain(directory["usage.duckdb"]);
    }

    [Fact]
    public async Task Failures_InPages_AreReadLatestFirst()
    {
        await using var usage = await StoredUsage.CreateAsync(Row("u0"));
        var load = StoredUsage.Load(1);
        load.ExtendTo(new LogPosition(9));
        for (var index = 0; index < 5; index++)
        {
            load.Add(new FailedMeasurement(
                Make.Organization, IngestFailure.MissingField, $"field {index}", Make.Now,
                new LogPosition(index + 1), index % 2 == 0 ? "id-of-acme" : null));
        }
        await usage.Store.ApplyAsync(load, Token);

        var first = await ReadAsync(new LogPosition(long.MaxValue), Make.Now);
        var second = await ReadAsync(first[^1].Position, Make.Now);

        first.Concat(second).ShouldBe(load.Failures.Reverse());
        (await ReadAsync(new LogPosition(9), Make.Now + Duration.Epsilon)).ShouldBeEmpty();
        (await usage.Store.ReadFailuresAsync("other", new LogPosition(9), Make.Now, 3, Token)).ShouldBeEmpty();

        Task<IReadOnlyList<FailedMeasurement>> ReadAsync(LogPosition before, Instant since) =>
            usage.Store.ReadFailuresAsync(Make.Organization, before, since, 3, Token);
    }

    private static async Task<string[]> UidsAsync(DuckDbMeasurementStore store, Instant since)
    {
        var uids = new List<string>();
        await store.VisitUidsAsync(
            0, since,
            (organization, uid, position) =>
            {
                Encoding.UTF8.GetString(organization).ShouldBe(Make.Organization);
                uids.Add($"{Encoding.UTF8.GetString(uid)} at {position.Value}");
            },
            Token);
        return [.. uids.Order(StringComparer.Ordinal).OrderBy(uid => uid[^1])];
    }
}
