using System.Globalization;
using Tallystick.Foundation.Values;
using Tallystick.Metering.CustomSql;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Meters;
using Tallystick.Metering.Tests.Harness;
using Tallystick.Metering.Tests.Measurements;
using Tallystick.Storage.Measurements.DuckDb.CustomSql;

namespace Tallystick.Metering.Tests.CustomSql;

/// <summary>What the queries of CUSTOM_SQL aggregations see and return (metering reference 9.5).</summary>
public sealed class CustomSqlEngineTests
{
    private static readonly Meter Meter = Make.Meter("m", "measure.seats", "measure.price", "where.region");

    private static readonly Measurement[] March =
    [
        Of("u1", "2026-03-01T00:00:00Z", 5, "eu"),
        Of("u2", "2026-03-01T23:59:59.999999999Z", 8, "us"),
        Of("u3", "2026-03-02T00:00:00Z", 3, "eu"),
        Of("u4", "2026-03-02T12:00:00Z", 2.5m, "eu"),
        Of("u5", "2026-02-28T23:59:59Z", 1000, "eu"),
        Of("u6", "2026-04-01T00:00:00Z", 1000, "eu"),
        Of("u7", "2026-03-05T00:00:00Z", 1000, "eu") with { Account = "other" },
        Of("u8", "2026-03-05T00:00:00Z", 1000, "eu") with { Meter = "k" },
    ];

    private const string Slow =
        "SELECT COUNT(*) FROM measurements a, measurements b, measurements c WHERE a.seats < b.seats + c.seats";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    // The peak of each day, added up: 8 + 3.
    [InlineData("SELECT SUM(m) FROM (SELECT MAX(seats) AS m FROM measurements GROUP BY DATE_TRUNC('day', ts)) d", "11")]
    [InlineData("SELECT SUM(seats) FROM measurements", "18.5")]
    [InlineData("SELECT COUNT(*) FROM measurements", "4")]
    [InlineData("SELECT COUNT(DISTINCT region) FROM measurements", "2")]
    [InlineData("SELECT MAX(seats) - MIN(seats) FROM measurements", "5.5")]
    [InlineData("SELECT SUM(CASE region WHEN 'eu' THEN seats ELSE 2 * seats END) FROM measurements", "26.5")]
    [InlineData("SELECT SUM(seats) FROM measurements WHERE region LIKE 'e%' AND region NOT LIKE '%x'", "10.5")]
    [InlineData("SELECT COUNT(*) FROM measurements WHERE account_id = 'id-of-acme' AND account_code = 'ACME'", "4")]
    [InlineData("SELECT COUNT(*) FROM measurements WHERE ets IS NULL AND received_at >= '2026-03-15'", "4")]
    [InlineData("SELECT COUNT(*) FROM measurements WHERE ts >= TIMESTAMP '2026-03-02'", "2")]
    [InlineData("SELECT SUM(EXTRACT(hour FROM ts)) FROM measurements", "35")]
    [InlineData("SELECT COUNT(*) FROM measurements WHERE uid IN ('u1', 'u7', 'u8')", "1")]
    [InlineData("SELECT COUNT(*) FROM (SELECT UID, SEATS FROM MEASUREMENTS) WHERE \"Seats\" > 2.5", "3")]
    [InlineData(
        "WITH d AS (SELECT region r, SUM(seats) s FROM measurements GROUP BY region) SELECT MAX(s) FROM d", "10.5")]
    [InlineData(
        "SELECT MAX(s) FROM (SELECT SUM(seats) OVER (PARTITION BY region ORDER BY ts) AS s FROM measurements) w",
        "10.5")]
    [InlineData(
        "SELECT SUM(seats - p) FROM (SELECT seats, LAG(seats, 1, 0) OVER (ORDER BY ts) p FROM measurements)", "2.5")]
    [InlineData("SELECT SUM(ABS(seats - 5)) FROM measurements", "7.5")]
    [InlineData("SELECT SUM(CEIL(seats)) FROM measurements", "19")]
    [InlineData("SELECT SUM(FLOOR(seats)) FROM measurements", "18")]
    [InlineData("SELECT SUM(LEAST(seats, 3)) FROM measurements", "11.5")]
    [InlineData("SELECT COUNT(*) FROM (SELECT region FROM measurements GROUP BY region HAVING SUM(seats) > 9) d", "1")]
    [InlineData("SELECT COALESCE(SUM(price), 7) FROM measurements", "7")]
    [InlineData("SELECT ROUND(SUM(seats) / 3, 2) FROM measurements", "6.17")]
    // Binary fractions are rounded to 15 digits.
    [InlineData("SELECT AVG(seats) FROM measurements", "4.625")]
    [InlineData("SELECT SUM(seats) / 3 FROM measurements", "6.16666666666667")]
    [InlineData("SELECT CAST(0.1 AS DOUBLE) + CAST(0.2 AS DOUBLE)", "0.3")]
    [InlineData("SELECT 1", "1")]
    [InlineData("SELECT 12.50", "12.5")]
    [InlineData("SELECT 9999999999999999999999999999", "9999999999999999999999999999")]
    [InlineData("SELECT -0.0000000000000000000000000001", "-0.0000000000000000000000000001")]
    // Numbers of different scales meet.
    [InlineData(
        "SELECT SUM(CASE WHEN region = 'eu' THEN seats * 0.00000025 ELSE seats END) FROM measurements", "8.000002625")]
    [InlineData("SELECT COUNT(*) FROM measurements WHERE seats >= 2.5000004", "3")]
    [InlineData("SELECT COUNT(*) FROM measurements WHERE seats IN (2.5000004)", "0")]
    [InlineData("SELECT MAX(COALESCE(price, 0.0000004)) FROM measurements", "0.0000004")]
    [InlineData("SELECT MIN(GREATEST(seats, 2.5000004)) FROM measurements", "2.5000004")]
    [InlineData("SELECT MAX(x) FROM (SELECT price x FROM measurements UNION SELECT 0.0000004)", "0.0000004")]
    [InlineData(
        "SELECT MIN(COALESCE(p, 0.0000004)) FROM (SELECT LAG(seats) OVER (ORDER BY ts) p FROM measurements)",
        "0.0000004")]
    [InlineData("SELECT COALESCE(CAST(SUM(price) AS DECIMAL(18, 6)), 0.0000004) FROM measurements", "0.0000004")]
    [InlineData("SELECT MAX(seats % 0) FROM measurements", null)]
    [InlineData("SELECT CAST(1 AS DOUBLE) / 100000000000000000000", "0.00000000000000000001")]
    [InlineData("SELECT COUNT(*) FROM measurements WHERE region IS NOT DISTINCT FROM 'eu'", "3")]
    [InlineData("SELECT SUM(price) FROM measurements", null)]
    [InlineData("SELECT NULL", null)]
    [InlineData("SELECT seats FROM measurements WHERE seats > 100", null)]
    public async Task Query_OfOneAccountAndPeriod_ReturnsItsNumber(string sql, string? expected)
    {
        var result = await RunAsync(sql);

        result.Fault.ShouldBeNull();
        (result.Value?.ToString(CultureInfo.InvariantCulture)).ShouldBe(expected);
    }

    [Theory]
    [InlineData("SELECT seats FROM measurements", "must return one row, but returned several")]
    [InlineData("SELECT MIN(seats), MAX(seats) FROM measurements", "must return one column, not 2")]
    [InlineData("SELECT MAX(region) FROM measurements", "must return a number, not a value of the type VARCHAR")]
    [InlineData("SELECT MAX(ts) FROM measurements", "must return a number, not a value of the type TIMESTAMP")]
    [InlineData("SELECT 1 > 2", "must return a number, not a value of the type BOOLEAN")]
    [InlineData("SELECT SUM(seats) / 0 FROM measurements", "the result is not a number, as after a division by zero")]
    [InlineData("SELECT 1e30", "the result has more than 28 digits")]
    [InlineData("SELECT 10000000000000000000000000000", "the result has more than 28 digits")]
    [InlineData("SELECT 1.00000000000000000000000000001", "the result has more than 28 digits")]
    [InlineData("SELECT SUM(missing) FROM measurements", "unknown column 'missing'")]
    [InlineData("SELECT SUM(region) FROM measurements", "sum")]
    [InlineData("SELECT CAST(region AS DECIMAL(38,6)) FROM measurements LIMIT 1", "Could not")]
    [InlineData("SELECT SUM(seats FROM measurements", "at column 23: an opening parenthesis is not closed")]
    [InlineData("SELECT SUM(seats) FROM WHERE", "at column 24: the only available table")]
    [InlineData("SELECT seats FROM measurements GROUP BY region", "GROUP BY")]
    [InlineData("SELECT read_text('x')", "unknown function READ_TEXT")]
    public async Task Query_WithoutOneNumber_FailsWithTheReason(string sql, string expected)
    {
        var result = await RunAsync(sql);

        result.Value.ShouldBeNull();
        result.Fault!.ShouldContain(expected);
    }

    [Theory]
    [InlineData(0, "10.5")] // eu
    [InlineData(1, "8")] // any other
    [InlineData(2, null)] // without a region
    [InlineData(null, "18.5")]
    public async Task Query_OfASegment_SeesItsMeasurements(int? segment, string? expected)
    {
        await using var usage = await StoredUsage.CreateAsync(March);
        var query = Query("SELECT SUM(seats) FROM measurements", segment) with
        {
            SegmentedFields = ["region"],
            Segments = [Region("eu"), Region("*"), Region("")],
        };

        var result = (await RunAsync(usage, query)).Single();

        result.Fault.ShouldBeNull();
        (result.Value?.ToString(CultureInfo.InvariantCulture)).ShouldBe(expected);
    }

    [Theory]
    [InlineData("region", "eu", false, "10.5")]
    [InlineData("region", "eu", true, "8")]
    [InlineData("seats", "5", false, null)] // no text field
    [InlineData("planet", "Mars", true, "18.5")]
    public async Task Query_WithAFilter_SeesTheMeasurementsThatItLetsThrough(
        string field, string value, bool isExcluded, string? expected)
    {
        await using var usage = await StoredUsage.CreateAsync(March);
        var query = Query("SELECT SUM(seats) FROM measurements") with
        {
            Filters = [new FieldFilter(field, value, isExcluded)],
        };

        var result = (await RunAsync(usage, query)).Single();

        result.Fault.ShouldBeNull();
        (result.Value?.ToString(CultureInfo.InvariantCulture)).ShouldBe(expected);
    }

    [Fact]
    public async Task Query_OfManyTargets_FailsOnlyForThoseWithAFault()
    {
        await using var usage = await StoredUsage.CreateAsync(March);
        var query = Query("SELECT seats FROM measurements") with
        {
            Targets =
            [
                Target("acme"), Target("other"), Target("nobody"),
                Target("acme") with
                {
                    Window = new Window(Make.At("2026-03-02T00:00:00Z"), Make.At("2026-03-02T01:00:00Z")),
                },
            ],
        };

        var results = await RunAsync(usage, query);

        results.Select(result => result.Value).ShouldBe([null, 1000, null, 3]);
        results.Select(result => result.Fault is null).ShouldBe([false, true, true, true]);
    }

    [Fact]
    public async Task Query_OfAnotherOrganization_SeesNothing()
    {
        await using var usage = await StoredUsage.CreateAsync(March);

        (await RunAsync(usage, Query("SELECT COUNT(*) FROM measurements") with { OrganizationId = "org-2" })).Single()
            .Value.ShouldBe(0);
    }

    [Fact]
    public async Task Query_OfMoreRowsThanTheLimit_Fails()
    {
        await using var usage = await StoredUsage.CreateAsync(March);
        var engine = new CustomSqlEngine(usage.Store, new CustomSqlOptions { MaxRows = 3 });

        (await engine.RunAsync(Query("SELECT COUNT(*) FROM measurements"), Token)).Single()
            .Fault.ShouldBe("reads more than 3 measurements");
    }

    [Fact]
    public async Task Query_OfMoreRowsThanTheLimit_FailsBeforeItsValuesAreRead()
    {
        await using var usage = await StoredUsage.CreateAsync(
            Of("u1", "2026-03-01T00:00:00Z", 5, new string('x', 2000)), Of("u2", "2026-03-01T00:00:00Z", 5, "eu"));
        var engine = new CustomSqlEngine(usage.Store, new CustomSqlOptions { MaxRows = 1 });

        (await engine.RunAsync(Query("SELECT MAX(LENGTH(region)) FROM measurements"), Token)).Single()
            .Fault.ShouldBe("reads more than 1 measurements");
    }

    [Fact]
    public async Task Query_AfterTheTimeOfAllTargets_Fails()
    {
        await using var usage = await StoredUsage.CreateAsync(March);
        var query = Query("SELECT COUNT(*) FROM measurements") with
        {
            Time = TimeSpan.FromTicks(1),
            Targets = [Target("acme"), Target("other")],
        };

        var results = await RunAsync(usage, query);

        results[0].Value.ShouldBe(4);
        results[0].Time.ShouldBeGreaterThan(TimeSpan.Zero);
        results[1].Fault.ShouldBe("the queries for the account take too long together");
    }

    [Fact]
    public async Task Query_ThatGetsNoSlot_FailsAfterItsWait()
    {
        await using var usage = await StoredUsage.CreateAsync(
            [.. Enumerable.Range(0, 5000).Select(n => Of($"u{n}", "2026-03-01T00:00:00Z", n, "eu"))]);
        var engine = new CustomSqlEngine(
            usage.Store, new CustomSqlOptions { AtOnce = 1, Wait = TimeSpan.FromMilliseconds(50) });
        using var cancelled = new CancellationTokenSource();
        var slow = engine.RunAsync(Query(Slow), cancelled.Token);

        (await engine.RunAsync(Query("SELECT 1"), Token)).Single().Fault!
            .ShouldStartWith("waited for more than 0.05 s");

        await cancelled.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(slow);
    }

    [Fact]
    public async Task Query_OfALongText_FailsOnlyIfItReadsTheText()
    {
        await using var usage = await StoredUsage.CreateAsync(
            Of("u1", "2026-03-01T00:00:00Z", 5, new string('x', 2000)));

        (await RunAsync(usage, Query("SELECT SUM(seats) FROM measurements"))).Single().Value.ShouldBe(5);
        (await RunAsync(usage, Query("SELECT MAX(LENGTH(region)) FROM measurements"))).Single()
            .Fault.ShouldBe("reads a text of more than 1024 bytes");
    }

    [Fact]
    public async Task Query_OfFieldsThatDifferByCase_FailsOnlyIfItReadsThem()
    {
        await using var usage = await StoredUsage.CreateAsync(March);
        var meter = Make.Meter("m", "measure.seats", "measure.Seats", "measure.ts");
        var query = Query("SELECT MAX(seats) FROM measurements") with { Meter = meter };

        (await RunAsync(usage, query)).Single().Fault!.ShouldContain("'seats' and 'Seats' differ only by case");
        (await RunAsync(usage, query with { Sql = "SELECT COUNT(ts) FROM measurements" })).Single().Value.ShouldBe(4);
    }

    [Theory]
    [InlineData("1.1234567890123456789012345", "123", "124.1234567890123456789012345")]
    [InlineData("1234567890123456789012345678", "0.5", null)]
    [InlineData("99999999999999999999.999999", "0.0000001", "99999999999999999999.9999991")]
    public async Task Query_OfManyDigits_IsExactOrFails(string one, string other, string? expected)
    {
        var culture = CultureInfo.InvariantCulture;
        await using var usage = await StoredUsage.CreateAsync(
            Of("u1", "2026-03-01T00:00:00Z", decimal.Parse(one, culture), "eu"),
            Of("u2", "2026-03-01T00:00:00Z", decimal.Parse(other, culture), "eu"));

        var result = (await RunAsync(usage, Query("SELECT SUM(seats) FROM measurements"))).Single();

        (result.Value?.ToString(culture)).ShouldBe(expected);
        if (expected is null)
            result.Fault.ShouldBe("the result has more than 28 digits and would have to be rounded");
    }

    [Fact]
    public async Task Query_OfNumbersThatHaveNoCommonType_Fails()
    {
        await using var usage = await StoredUsage.CreateAsync(
            Of("u1", "2026-03-01T00:00:00Z", 1234567890123456789012345678m, "eu"),
            Of("u2", "2026-03-01T00:00:00Z", 0.00000000001m, "eu"));

        (await RunAsync(usage, Query("SELECT MAX(seats) FROM measurements"))).Single().Fault.ShouldBe(
            "reads numbers with 28 digits before the point and numbers with 11 digits after it, more than 38 together");
    }

    [Fact]
    public async Task Query_ThatTakesTooLong_EndsAndTheNextOneRuns()
    {
        await using var usage = await StoredUsage.CreateAsync(
            [.. Enumerable.Range(0, 5000).Select(n => Of($"u{n}", "2026-03-01T00:00:00Z", n, "eu"))]);
        var engine = new CustomSqlEngine(
            usage.Store, new CustomSqlOptions { Time = TimeSpan.FromMilliseconds(500), AtOnce = 1 });
        var slow = Query(Slow);

        (await engine.RunAsync(slow, Token)).Single().Fault
            .ShouldBe("needs more than 0.5 s of processor time, or took more than 3 s");
        (await engine.RunAsync(Query("SELECT MAX(seats) FROM measurements"), Token)).Single().Value.ShouldBe(4999);
    }

    [Fact]
    public async Task Query_Cancelled_EndsAndLeavesItsSlot()
    {
        await using var usage = await StoredUsage.CreateAsync(
            [.. Enumerable.Range(0, 5000).Select(n => Of($"u{n}", "2026-03-01T00:00:00Z", n, "eu"))]);
        var engine = new CustomSqlEngine(usage.Store, new CustomSqlOptions { AtOnce = 1 });
        using var cancelled = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        var slow = Query(Slow);

        await Should.ThrowAsync<OperationCanceledException>(engine.RunAsync(slow, cancelled.Token));
        (await engine.RunAsync(Query("SELECT 1"), Token)).Single().Value.ShouldBe(1);
    }

    private static Measurement Of(string uid, string ts, decimal seats, string region) => Make.Measurement(
        uid, ts, Make.Number("seats", seats), Make.Text("region", region, DataFieldCategory.Where));

    private static CustomSqlTarget Target(string account) =>
        new("id-of-" + account, account.ToUpperInvariant(), Make.March, null);

    private static CustomSqlQuery Query(string sql, int? segment = null) => new()
    {
        OrganizationId = Make.Organization,
        Meter = Meter,
        Sql = sql,
        Targets = [Target("acme") with { SegmentIndex = segment }],
    };

    private static Dictionary<string, string> Region(string value) => new() { ["region"] = value };

    private static async Task<CustomSqlResult> RunAsync(string sql)
    {
        await using var usage = await StoredUsage.CreateAsync(March);
        return (await RunAsync(usage, Query(sql))).Single();
    }

    private static Task<IReadOnlyList<CustomSqlResult>> RunAsync(StoredUsage usage, CustomSqlQuery query) =>
        new CustomSqlEngine(usage.Store, new CustomSqlOptions()).RunAsync(query, Token);
}
