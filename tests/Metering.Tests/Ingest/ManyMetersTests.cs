using DuckDB.NET.Data;
using NodaTime;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.Ingest;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Meters;
using Tallystick.Metering.Tests.Harness;
using Tallystick.Metering.Usage;

namespace Tallystick.Metering.Tests.Ingest;

/// <summary>Thousands of meters that are active at the same time, each with few measurements.</summary>
public sealed class ManyMetersTests : IDisposable
{
    private const int RequestSize = 1000;
    private const long Backlog = 8_000_000;

    private static readonly int Meters =
        Environment.GetEnvironmentVariable("TALLYSTICK_SOAK") is null ? 2_000 : 20_000;

    private readonly TempDirectory _directory = new();
    private readonly FakeCatalog _catalog = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ManyMetersTests()
    {
        _catalog.Add(Make.Organization, Make.Meter("big", "measure.n"));
        for (var meter = 0; meter < Meters; meter++)
            _catalog.Add(Make.Organization, Small(meter));
    }

    public void Dispose() => _directory.Dispose();

    // Their fields differ, and so do the kinds of their values.
    private static Meter Small(int meter) => meter % 3 == 0
        ? Make.Meter($"m{meter}", "measure.n", "what.t")
        : Make.Meter($"m{meter}", "what.t", $"measure.x{meter}", "measure.n");

    private static string Json(int meter, string round)
    {
        var (x, n) = (meter % 3 == 0 ? "" : $"\"x{meter}\":0.00000001,", $"\"n\":{meter}");
        return $$"""
            {"uid":"{{meter}} of {{round}}","meter":"m{{meter}}","account":"acme","ts":"2026-03-01T00:00:00Z",
            "measure":{{{x}}{{n}}},"what":{"t":"{{round}}"} }
            """;
    }

    [Fact]
    public async Task Loader_WithThousandsOfMetersBesideABigOne_LoadsAllAcrossARestart()
    {
        long big;
        await using (var first = await Ingestion.StartAsync(_directory, _catalog))
        {
            big = await SendAsync(first, "first");
            await first.LoadedAsync();
            for (var meter = 0; meter < Meters / 2; meter += RequestSize)
                await first.SubmitAsync([.. Request(meter).Select(one => Json(one, "second"))]);
        }
        await using (var second = await Ingestion.StartAsync(_directory, _catalog))
        {
            // What was sent before the restart is repeated, as a client does that got no answer.
            big += await SendAsync(second, "second");
            var tally = await second.TallyAsync();
            tally.ShouldBe(new LoadTally(Meters * 5 / 2 + big, Meters * 2 + big, Meters / 2, 0));
            (await new MeasurementConservation(second.DuckDb, second.Log)
                .CheckAsync(Make.Organization, null, Token)).ShouldBeEmpty();
            foreach (var meter in new[] { 0, 1, Meters / 2, Meters - 1 })
            {
                var sum = await second.ReadAsync(Make.Query(Small(meter), "n", AggregationMethod.Sum));
                sum.Single().Value.ShouldBe(2 * meter);
            }
            await ExploreAsync(second);
        }
        (await TablesAsync()).ShouldBe(["usage_0", "usage_shared"]);
    }

    private static IEnumerable<int> Request(int first) => Enumerable.Range(first, RequestSize);

    // Returns how many measurements of the big meter were sent meanwhile.
    private static async Task<long> SendAsync(Ingestion ingestion, string round)
    {
        var big = 0L;
        using var done = new CancellationTokenSource();
        var sending = Task.Run(
            async () =>
            {
                do
                {
                    await ingestion.SubmitAsync([.. Request(0).Select(number =>
                        $$"""
                        {"uid":"{{round}} {{big}} {{number}}","meter":"big","account":"acme",
                        "ts":"2026-03-01T00:00:00Z","measure":{"n":1} }
                        """)]);
                    big += RequestSize;
                    await ingestion.Loader.WaitForBacklogAsync(Backlog, Duration.FromMinutes(1), Token);
                }
                while (!done.IsCancellationRequested);
            },
            Token);
        for (var meter = 0; meter < Meters; meter += RequestSize)
            await ingestion.SubmitAsync([.. Request(meter).Select(one => Json(one, round))]);
        await ingestion.LoadedAsync();
        await done.CancelAsync();
        await sending;
        return big;
    }

    private static async Task ExploreAsync(Ingestion ingestion)
    {
        var rows = await ingestion.DuckDb.ExploreAsync(
            new UsageExploration
            {
                OrganizationId = Make.Organization,
                Window = Make.March,
                Zone = DateTimeZone.Utc,
                Meters = [.. Enumerable.Range(0, Meters).Select(Small)],
                Limit = 20_000,
            },
            Token);
        rows.Measurements.Count.ShouldBe(Math.Min(2 * Meters, 20_000));
        rows.HasMore.ShouldBe(2 * Meters > 20_000);
        foreach (var row in rows.Measurements)
        {
            var number = int.Parse(row.Meter.Code[1..], System.Globalization.CultureInfo.InvariantCulture);
            var values = row.Meter.DataFields.Zip(row.Fields).ToDictionary(
                field => field.First.Code, field => field.Second);
            values["n"].Number.ShouldBe(number);
            row.Uid.ShouldBe($"{number} of {values["t"].Text}");
            if (number % 3 != 0)
                values[$"x{number}"].Number.ShouldBe(0.00000001m);
        }
    }

    private async Task<List<string>> TablesAsync()
    {
        await using var connection = new DuckDBConnection($"Data Source={_directory["usage.duckdb"]}");
        await connection.OpenAsync(Token);
        await using var command = connection.CreateCommand();
        command.CommandText =
            """
            SELECT regexp_replace(table_name, '[0-9]+', '0') FROM duckdb_tables() WHERE table_name LIKE 'usage%'
            ORDER BY 1
            """;
        await using var reader = await command.ExecuteReaderAsync(Token);
        var tables = new List<string>();
        while (await reader.ReadAsync(Token))
            tables.Add(reader.GetString(0));
        return tables;
    }
}
