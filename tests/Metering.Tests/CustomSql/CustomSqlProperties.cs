using System.Globalization;
using CsCheck;
using NodaTime;
using Tallystick.Foundation.Values;
using Tallystick.Metering.CustomSql;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Meters;
using Tallystick.Metering.Tests.Harness;
using Tallystick.Metering.Tests.Measurements;
using Tallystick.Storage.Measurements.DuckDb;
using Tallystick.Storage.Measurements.DuckDb.CustomSql;

namespace Tallystick.Metering.Tests.CustomSql;

/// <summary>
/// Queries over random measurements give what LINQ gives for the same measurements: with numbers of up to 28 digits, by
/// segment, in UTC, in every table of the store.
/// </summary>
public sealed class CustomSqlProperties
{
    private static readonly Meter Meter = Make.Meter("m", "measure.n", "where.region");

    private static readonly string[] Regions = ["eu", "us", ""];

    private static readonly IReadOnlyList<IReadOnlyDictionary<string, string>> Segments =
        [.. new[] { "us", "*" }.Select(region => new Dictionary<string, string> { ["region"] = region })];

    // Up to 24 digits, so that a sum of some fits 28; of one scale or of any.
    private static readonly Gen<decimal> Number = Gen.Select(
        Gen.Int[int.MinValue, int.MaxValue], Gen.Int[0, int.MaxValue], Gen.Int[0, 10_000], Gen.Int[0, 24],
        (low, middle, high, scale) => new decimal(low, middle, high, low % 2 == 0, (byte)scale));

    private static readonly Gen<decimal> Usual = Gen.Int[-1_000_000, 1_000_000].Select(number => number / 1000m);

    // Nanoseconds around the ends of days and of the window, in March 2026.
    private static readonly Gen<Instant> Time = Gen.Select(
        Gen.Int[0, 4], Gen.OneOf(Gen.Long[-2_000, 2_000], Gen.Long[0, NodaConstants.NanosecondsPerDay]),
        (day, nanoseconds) => Make.At("2026-02-28T00:00:00Z") + Duration.FromDays(day)
            + Duration.FromNanoseconds(nanoseconds));

    private static readonly Gen<Row[]> Rows = Gen.Select(
        Gen.OneOf(Number, Usual), Gen.Int[0, 2], Time,
        (number, region, ts) => new Row(number, Regions[region], ts)).Array[0, 30];

    private static readonly Window Window = new(Make.At("2026-03-01T00:00:00Z"), Make.At("2026-03-03T00:00:00Z"));

    private static readonly (string Sql, Func<IReadOnlyList<Row>, decimal?> Expected)[] Queries =
    [
        ("SELECT SUM(n) FROM measurements", rows => rows.Count == 0 ? null : rows.Sum(row => row.N)),
        (
            "SELECT SUM(CASE WHEN region = 'eu' THEN 0.00000025 ELSE n END) FROM measurements",
            rows => rows.Count == 0 ? null : rows.Sum(row => row.Region == "eu" ? 0.00000025m : row.N)),
        ("SELECT COUNT(DISTINCT n) FROM measurements", rows => rows.Select(row => row.N).Distinct().Count()),
        ("SELECT COUNT(DISTINCT region) FROM measurements", rows => rows.Select(row => row.Region).Distinct().Count()),
        (
            "SELECT SUM(m) FROM (SELECT MAX(n) AS m FROM measurements GROUP BY DATE_TRUNC('day', ts)) d",
            rows => rows.Count == 0
                ? null
                : rows.GroupBy(row => row.Ts.InUtc().Date).Sum(day => day.Max(row => row.N))),
        (
            "SELECT MAX(s) FROM (SELECT SUM(n) AS s FROM measurements GROUP BY region, EXTRACT(hour FROM ts))",
            rows => rows.Count == 0
                ? null
                : rows.GroupBy(row => (row.Region, row.Ts.InUtc().Hour)).Max(hour => hour.Sum(row => row.N))),
        (
            "SELECT MIN(n) FROM (SELECT n, ROW_NUMBER() OVER (PARTITION BY region ORDER BY n DESC) r FROM measurements)"
                + " WHERE r = 2",
            rows => rows.GroupBy(row => row.Region)
                .Where(region => region.Count() > 1)
                .Min(region => (decimal?)region.OrderByDescending(row => row.N).ElementAt(1).N)),
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Query_OfRandomMeasurements_GivesWhatLinqGives() =>
        await Gen.Select(Rows, Rows).SampleAsync(
            async (first, second) => await CheckAsync(first, second), iter: 6, threads: 1);

    private static async Task CheckAsync(Row[] first, Row[] second)
    {
        using var directory = new TempDirectory();
        // The first load goes to the shared table, the second to a table of the meter's own.
        await using var store = await DuckDbMeasurementStore.OpenAsync(
            directory["usage.duckdb"], Ingestion.Small with { SmallMeterRows = 1 }, Token);
        await store.ApplyAsync(StoredUsage.Load(0, Measurements(first, 0)), Token);
        await store.ApplyAsync(StoredUsage.Load(first.Length, Measurements(second, first.Length)), Token);
        await CheckAsync(store, [.. first, .. second]);
        while (await store.SortAsync(Make.At("2026-03-02T00:00:00Z"), Token))
        {
            // Moves the measurements of closed days to sorted tables.
        }
        await CheckAsync(store, [.. first, .. second]);
    }

    private static async Task CheckAsync(DuckDbMeasurementStore store, IReadOnlyList<Row> rows)
    {
        var engine = new CustomSqlEngine(store, new CustomSqlOptions());
        foreach (var (sql, expected) in Queries)
        {
            int?[] segments = [null, 0, 1];
            var results = await engine.RunAsync(
                new CustomSqlQuery
                {
                    OrganizationId = Make.Organization,
                    Meter = Meter,
                    Sql = sql,
                    SegmentedFields = ["region"],
                    Segments = Segments,
                    Targets = [.. segments.Select(one => new CustomSqlTarget("id-of-acme", "acme", Window, one))],
                },
                Token);
            foreach (var (segment, result) in segments.Zip(results))
            {
                var seen = rows.Where(row => row.Ts >= Window.Start && row.Ts < Window.End
                    && (segment is null || row.Region == "us" == (segment == 0))).ToList();
                if (!Fits(seen))
                    continue;
                result.Fault.ShouldBeNull(sql);
                result.Value.ShouldBe(expected(seen), sql);
            }
        }
    }

    // Whether sums are exact, and the numbers have a type in common: 38 digits, at least 8 of them after the point.
    private static bool Fits(IReadOnlyList<Row> rows)
    {
        var places = rows.Select(row => (int)(row.N / 1.0000000000000000000000000000m).Scale).Append(8).Max();
        var whole = rows.Select(row => decimal.Truncate(Math.Abs(row.N))).Append(0).Sum();
        return whole.ToString(CultureInfo.InvariantCulture).Length + places <= 28;
    }

    private static Measurement[] Measurements(Row[] rows, int from) =>
    [
        .. rows.Select((row, index) => Make.Measurement(
            $"u{from + index}", "2026-03-01T00:00:00Z", Make.Number("n", row.N),
            Make.Text("region", row.Region, DataFieldCategory.Where)) with { Ts = row.Ts }),
    ];

    private sealed record Row(decimal N, string Region, Instant Ts);
}
