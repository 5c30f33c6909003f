using NodaTime;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Tests.Harness;
using Tallystick.Storage.Measurements.DuckDb;

namespace Tallystick.Metering.Tests.Measurements;

/// <summary>Meters whose fields were replaced so often that they have more than a table takes.</summary>
public sealed class WideMeterTests
{
    private static readonly Instant ClosedBefore = Make.At("2026-04-03T00:00:00Z");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Load_OfManyWideMeters_NeedsLittleMemory()
    {
        const int meters = 200;
        const int fields = 15;
        var tight = new DuckDbOptions { MemoryMegabytes = 48, Threads = 1 };
        await using var usage = await StoredUsage.CreateAsync(tight);
        for (var round = 0; round < 6; round++)
        {
            var values = Enumerable.Range(0, fields).Select(field => Make.Text($"f{round}_{field}", $"v{round}"));
            var row = Make.Measurement("", "2026-03-02T00:00:00Z", [.. values]);
            var rows = Enumerable.Range(0, meters).Select(
                number => row with { Uid = $"u{round}-{number}", Meter = $"m{number}" });
            await usage.Store.ApplyAsync(StoredUsage.Load(round * meters, [.. rows]), Token);
        }

        var (_, counted) = await usage.Store.CountRowsAsync(Make.Organization, Instant.MinValue, Token);
        counted.Count.ShouldBe(meters);
        counted.ShouldAllBe(meter => meter.Count == 6);
    }

    [Fact]
    public async Task Load_OfOneLogEntryIntoTheWidestTable_FitsInTheLeastMemoryThatCanBeSet()
    {
        var least = new DuckDbOptions { MemoryMegabytes = DuckDbOptions.MinMegabytes };
        await using var usage = await StoredUsage.CreateAsync(least);
        // One meter makes the shared table as wide as it can be, and fills the column for the rest.
        decimal[] tiers = [1, 0.0000000001m, 1234567890123456789012.5m, 0.0000000000000000000000000001m];
        var position = 0;
        for (; position < 6; position++)
        {
            var fields = Enumerable.Range(0, 15).SelectMany(field => tiers.Select((value, tier) =>
                Make.Number($"n{position}_{field}_{tier}", value)).Prepend(Make.Text($"t{position}_{field}", "text")));
            await usage.Store.ApplyAsync(
                StoredUsage.Load(position, Make.Measurement("u", "2026-03-02T00:00:00Z", [.. fields])), Token);
        }
        // The log writes up to 8 MB at once, which a load takes as a whole.
        FieldValue[] texts =
            [.. Enumerable.Range(0, 15).Select(field => Make.Text($"t{field}", new string('x', 100)))];
        var entry = Enumerable.Range(0, 5_000).Select(number =>
            Make.Measurement($"u{number}", "2026-03-02T00:00:00Z", texts) with { Meter = $"m{number % 1_000}" });

        await usage.Store.ApplyAsync(StoredUsage.Load(position, [.. entry]), Token);

        var (_, counted) = await usage.Store.CountRowsAsync(Make.Organization, Instant.MinValue, Token);
        counted.Sum(meter => meter.Count).ShouldBe(5_006);
    }

    [Fact]
    public async Task Fields_BeyondThoseOfATable_ReadAsTheyWereSent()
    {
        using var directory = new TempDirectory();
        foreach (var options in new[]
        {
            Ingestion.Small, Ingestion.Small with { SmallMeterRows = 1, MaxOwnTables = 0 },
            Ingestion.Small with { SmallMeterRows = 0 },
        })
        {
            var path = directory[$"usage-{options.SmallMeterRows}-{options.MaxOwnTables}.duckdb"];
            var store = await DuckDbMeasurementStore.OpenAsync(path, options, Token);
            for (var number = 0; number < 100; number++)
                await store.ApplyAsync(StoredUsage.Load(number, Wide(number)), Token);
            await CheckAsync(store, 100);
            while (await store.SortAsync(ClosedBefore, Token))
                await CheckAsync(store, 100);
            for (var number = 100; number < 110; number++)
                await store.ApplyAsync(StoredUsage.Load(number, Wide(number)), Token);
            await store.DisposeAsync();

            await using var again = await DuckDbMeasurementStore.OpenAsync(path, options, Token);
            while (await again.SortAsync(ClosedBefore, Token))
            {
            }
            await CheckAsync(again, 110);
            var uids = 0;
            await again.VisitUidsAsync(0, NodaConstants.UnixEpoch, (_, _, _) => uids++, Token);
            uids.ShouldBe(110);
        }
    }

    [Fact]
    public async Task FileOfVersion5_WithAMeterWiderThanATable_IsReadAndWrittenOn()
    {
        using var directory = new TempDirectory();
        var path = directory["usage.duckdb"];
        WideFileOfVersion5.Write(path, 80, Value, Text);
        var store = await DuckDbMeasurementStore.OpenAsync(path, Ingestion.Small, Token);
        await CheckAsync(store, 80);

        for (var number = 80; number < 100; number++)
            await store.ApplyAsync(StoredUsage.Load(number, Wide(number)), Token);
        await CheckAsync(store, 100);
        await store.DisposeAsync();

        WideFileOfVersion5.Version(path).ShouldBe(7);
        // A column for each of the 20 new numbers, one for uids that are no UUIDs, and one for all 40 new texts, since
        // there were more than 64 texts already.
        WideFileOfVersion5.FieldColumns(path).ShouldBe(WideFileOfVersion5.ColumnsOf(80) + 20 + 1 + 1);
        await using var again = await DuckDbMeasurementStore.OpenAsync(path, Ingestion.Small, Token);
        await CheckAsync(again, 100);
        while (await again.SortAsync(ClosedBefore, Token))
            await CheckAsync(again, 100);
    }

    // The numbers of one field go through all tiers; each row has fields that no other has, one of them empty.
    private static Measurement Wide(int number) => Make.Measurement(
        $"u{number}", "2026-03-02T00:00:00Z", Make.Number("all", Value(number)),
        Make.Number($"n{number}", Value(number)), Make.Text($"t{number}", Text(number)), Make.Text($"e{number}", ""));

    private static string Text(int number) => number % 2 == 0 ? $"a;{number}:'x'; \u00e9\ud83d\ude00" : "b%c_";

    private static decimal Value(int number) => (number % 4) switch
    {
        0 => number + 0.500000000m,
        1 => 12345678901.123456789012m,
        2 => -1234567890123456789012.5m,
        _ => 0.0000000000000000000000000001m,
    };

    private static async Task CheckAsync(DuckDbMeasurementStore store, int rows)
    {
        for (var number = 0; number < rows; number += number < 60 ? 20 : 1)
        {
            var meter = Make.Meter(
                "m", "measure.all", $"measure.n{number}", $"what.t{number}", $"what.e{number}", "what.t0");
            var query = Make.Query(meter, $"n{number}", AggregationMethod.Sum) with
            {
                SegmentedFields = [$"t{number}", $"e{number}"],
                Segments = [new Dictionary<string, string> { [$"t{number}"] = Text(number), [$"e{number}"] = "" }],
            };
            var value = (await store.ReadAsync(query, Token)).ShouldHaveSingleItem($"{number}");
            (value.SegmentIndex, value.Value).ShouldBe((0, Value(number)));
        }
        var counted = await store.ReadAsync(
            Make.Query(Make.Meter("m", "measure.all"), "all", AggregationMethod.Count), Token);
        counted.Single().Value.ShouldBe(rows);
    }
}
