using NodaTime;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Tests.Harness;
using Tallystick.Metering.Usage;
using Tallystick.Storage.Measurements.DuckDb;

namespace Tallystick.Metering.Tests.Measurements;

/// <summary>Sorting the measurements of closed days changes nothing that can be read.</summary>
public sealed class SortingTests
{
    private static readonly Instant ClosedBefore = Make.At("2026-04-03T00:00:00Z");
    private static readonly UsageWindow Quarter = new(
        "id-of-acme", new Window(Make.At("2026-01-01T00:00:00Z"), Make.At("2027-01-01T00:00:00Z")));

    // The first load of a meter goes to the shared table, later ones to a table of its own.
    private static DuckDbOptions SoonLarge { get; } = Ingestion.Small with { SmallMeterRows = 1 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static Measurement Row(int number, string ts, string account = "acme")
    {
        var kind = Make.Text("kind", number % 2 == 0 ? "a" : "b");
        return Make.Measurement($"u{number}", ts, Make.Number("n", number), kind) with { Account = account };
    }

    private static async Task<int> SortAllAsync(DuckDbMeasurementStore store)
    {
        var steps = 0;
        while (await store.SortAsync(ClosedBefore, Token))
            steps++;
        return steps;
    }

    private static async Task<string> ReadAsync(DuckDbMeasurementStore store)
    {
        var meter = Make.Meter("m", "measure.n", "what.kind", "measure.late");
        var answers = new List<string>();
        foreach (var method in new[]
        {
            AggregationMethod.Sum, AggregationMethod.Min, AggregationMethod.Max, AggregationMethod.Count,
            AggregationMethod.Latest, AggregationMethod.Mean,
        })
        {
            foreach (var field in new[] { "n", "late" })
            {
                var query = Make.Query(
                    meter, field, method, Quarter, new UsageWindow("id-of-acme", Make.March),
                    Quarter with { AccountId = "id-of-other" }) with
                {
                    SegmentedFields = ["kind"],
                    Segments =
                        [.. new[] { "a", "*" }.Select(kind => new Dictionary<string, string> { ["kind"] = kind })],
                };
                answers.AddRange((await store.ReadAsync(query, Token)).Select(value => $"{method} {field} {value}"));
            }
        }
        var (_, rows) = await store.CountRowsAsync(Make.Organization, Instant.MinValue, Token);
        var uids = new List<long>();
        await store.VisitUidsAsync(0, NodaConstants.UnixEpoch, (_, _, position) => uids.Add(position.Value), Token);
        return string.Join('\n', answers.Append($"{string.Join(' ', rows)}; {string.Join(' ', uids.Order())}"));
    }

    [Fact]
    public async Task UidsAndEnds_OfOtherKindsThanBefore_AreReadFromSortedAndUnsortedRows()
    {
        const string uuid = "80f1e2d3-0000-4abc-8def-0123456789ab";
        var end = Make.At("2026-03-05T00:00:00.000000001Z");
        await using var usage = await StoredUsage.CreateAsync(
            SoonLarge, Row(1, "2026-03-01T00:00:00Z") with { Uid = uuid });
        (await ExploreAsync()).ShouldBe([(uuid, null)]);

        // Neither the table nor the part of March has a column for them yet.
        await SortAllAsync(usage.Store);
        await usage.Store.ApplyAsync(
            StoredUsage.Load(
                1, Row(2, "2026-03-02T00:00:00Z"), Row(3, "2026-03-03T00:00:00Z") with { Ets = end },
                Row(4, "2026-04-04T00:00:00Z") with { Ets = end }),
            Token);
        (string, Instant?)[] expected = [("u4", end), ("u3", end), ("u2", null), (uuid, null)];
        (await ExploreAsync()).ShouldBe(expected);

        (await SortAllAsync(usage.Store)).ShouldBeGreaterThan(0);
        (await ExploreAsync()).ShouldBe(expected);

        async Task<(string Uid, Instant? Ets)[]> ExploreAsync()
        {
            var rows = await usage.Store.ExploreAsync(
                new UsageExploration
                {
                    OrganizationId = Make.Organization,
                    Window = Quarter.Window,
                    Zone = DateTimeZone.Utc,
                    Meters = [Make.Meter("m", "measure.n")],
                    Limit = 10,
                },
                Token);
            return [.. rows.Measurements.Select(row => (row.Uid, row.Ets))];
        }
    }

    [Fact]
    public async Task Store_SortedBetweenLoads_ReadsTheSame()
    {
        await using var usage = await StoredUsage.CreateAsync(
            SoonLarge, Row(1, "2026-03-31T23:59:59.999999999Z"), Row(2, "2026-04-01T00:00:00Z"),
            Row(3, "2026-04-02T23:59:59Z"), Row(4, "2026-04-03T00:00:00Z"), Row(5, "2026-01-05T00:00:00Z", "other"),
            Row(6, "2026-03-31T00:00:00Z"));
        var before = await ReadAsync(usage.Store);
        (await SortAllAsync(usage.Store)).ShouldBeGreaterThan(0);
        (await ReadAsync(usage.Store)).ShouldBe(before);

        // Late usage of closed days, with a field and a tier of numbers that the parts do not have yet.
        var late = Row(7, "2026-03-01T00:00:00Z") with
        {
            Fields = [Make.Number("late", 0.0000001m), Make.Number("n", 7)],
        };
        await usage.Store.ApplyAsync(StoredUsage.Load(6, late, Row(8, "2026-03-01T00:00:00Z")), Token);
        before = await ReadAsync(usage.Store);
        (await SortAllAsync(usage.Store)).ShouldBeGreaterThan(0);
        (await ReadAsync(usage.Store)).ShouldBe(before);
        (await SortAllAsync(usage.Store)).ShouldBe(0);
    }

    [Fact]
    public async Task Rows_OfMonthsFarApart_AreSortedInOneStepAndReadTheSame()
    {
        await using var usage = await StoredUsage.CreateAsync(
            SoonLarge, Row(1, "1970-01-01T00:00:00Z"), Row(2, "1970-01-31T23:59:59.999999999Z"),
            Row(3, "1970-02-01T00:00:00Z"), Row(4, "2026-03-31T23:59:59.999999999Z"), Row(5, "2026-04-01T00:00:00Z"));
        var before = await ReadAsync(usage.Store);

        (await SortAllAsync(usage.Store)).ShouldBe(1);

        (await ReadAsync(usage.Store)).ShouldBe(before);
        var query = Make.Query(
            Make.Meter("m", "measure.n"), "n", AggregationMethod.Sum, Month(1970, 1), Month(1970, 2), Month(2026, 3));
        (await usage.Store.ReadAsync(query, Token)).Select(value => value.Value).ShouldBe([3, 3, 4]);

        static UsageWindow Month(int year, int month) => new(
            "id-of-acme",
            new Window(Instant.FromUtc(year, month, 1, 0, 0), Instant.FromUtc(year, month + 1, 1, 0, 0)));
    }

    [Fact]
    public async Task Month_OfManyRuns_IsSortedAnewAndReadsTheSame()
    {
        await using var usage = await StoredUsage.CreateAsync(SoonLarge);
        for (var number = 0; number < 30; number++)
        {
            var row = Row(number, $"2026-04-{1 + (number % 5):D2}T12:00:00Z", number % 3 == 0 ? "other" : "acme");
            await usage.Store.ApplyAsync(StoredUsage.Load(number, row), Token);
            var before = await ReadAsync(usage.Store);
            await SortAllAsync(usage.Store);
            (await ReadAsync(usage.Store)).ShouldBe(before);
        }
    }

    [Fact]
    public async Task Fields_NewWhileRowsAreMoved_KeepTheirValues()
    {
        const int fields = 60;
        // All stays in the shared table, which has a column for each field before a meter needs it.
        var shared = Ingestion.Small with { SmallMeterRows = 1, MaxOwnTables = 0 };
        var wide = Make.Measurement(
            "wide", "2026-03-01T00:00:00Z",
            [.. Enumerable.Range(0, fields + 1).Select(number => Make.Number($"w{number}", 1))]);
        await using var usage = await StoredUsage.CreateAsync(shared, wide with { Meter = "wide" });
        using var done = new CancellationTokenSource();
        var sorting = Task.Run(
            async () =>
            {
                while (!done.IsCancellationRequested)
                    await usage.Store.SortAsync(ClosedBefore, Token);
            },
            Token);
        for (var number = 0; number < fields; number++)
        {
            var row = Make.Measurement($"u{number}", "2026-03-01T00:00:00Z", Make.Number($"f{number}", 1));
            await usage.Store.ApplyAsync(
                StoredUsage.Load((2 * number) + 1, Row(number, "2026-03-01T00:00:00Z"), row), Token);
        }
        await done.CancelAsync();
        await sorting;
        var lost = new List<string>();
        for (var number = 0; number < fields; number++)
        {
            var query = Make.Query(
                Make.Meter("m", $"measure.f{number}"), $"f{number}", AggregationMethod.Count, Quarter);
            if ((await usage.Store.ReadAsync(query, Token)).Sum(value => value.Value) != 1)
                lost.Add($"f{number}");
        }
        lost.ShouldBeEmpty();
    }

    [Fact]
    public async Task Readers_WhileRowsAreMoved_SeeEachRowOnce()
    {
        await using var usage = await StoredUsage.CreateAsync(SoonLarge);
        var query = Make.Query(Make.Meter("m", "measure.n"), "n", AggregationMethod.Count, Quarter);
        var loaded = 0;
        using var done = new CancellationTokenSource();
        var reading = Task.Run(
            async () =>
            {
                while (!done.IsCancellationRequested)
                {
                    var atLeast = Volatile.Read(ref loaded);
                    var values = await usage.Store.ReadAsync(query, Token);
                    values.Sum(value => value.Value).ShouldBeInRange(atLeast, Volatile.Read(ref loaded) + 1);
                }
            },
            Token);
        var sorting = Task.Run(
            async () =>
            {
                while (!done.IsCancellationRequested)
                    await usage.Store.SortAsync(ClosedBefore, Token);
            },
            Token);
        for (var number = 0; number < 60; number++)
        {
            await usage.Store.ApplyAsync(StoredUsage.Load(number, Row(number, "2026-03-01T00:00:00Z")), Token);
            Volatile.Write(ref loaded, number + 1);
        }
        await done.CancelAsync();
        await Task.WhenAll(reading, sorting);
        (await usage.Store.ReadAsync(query, Token)).Single().Value.ShouldBe(60);
    }
}
