using Tallystick.Metering.Aggregations;
using Tallystick.Metering.CustomSql;
using Tallystick.Metering.Tests.Harness;
using Tallystick.Storage.Measurements.DuckDb.CustomSql;

namespace Tallystick.Metering.Tests.CustomSql;

/// <summary>Ingest goes on while queries use up their limits.</summary>
public sealed class HostileQueryTests
{
    private static readonly string[] Queries =
    [
        "SELECT COUNT(*) FROM measurements a, measurements b, measurements c WHERE a.n < b.n + c.n",
        "SELECT MAX(r) FROM (SELECT ROW_NUMBER() OVER (ORDER BY a.n + b.n + c.n) r "
            + "FROM measurements a, measurements b, measurements c)",
    ];

    [Fact]
    public async Task Ingest_WhileQueriesUseUpTheirLimits_LosesNothing()
    {
        using var directory = new TempDirectory();
        var catalog = new FakeCatalog();
        var meter = Make.Meter("m", "measure.n", "what.kind");
        catalog.Add(Make.Organization, meter);
        await using var ingestion = await Ingestion.StartAsync(directory, catalog);
        await SubmitAsync(ingestion, batch: 0);
        await ingestion.LoadedAsync();
        var engine = new CustomSqlEngine(
            ingestion.DuckDb, new CustomSqlOptions { Time = TimeSpan.FromSeconds(1), AtOnce = 2 });
        var running = Task.WhenAll(Queries.Select(sql => engine.RunAsync(
            new CustomSqlQuery
            {
                OrganizationId = Make.Organization,
                Meter = meter,
                Sql = sql,
                Targets = [new CustomSqlTarget("id-of-acme", "acme", Make.March, null)],
            },
            TestContext.Current.CancellationToken)));

        var batches = 1;
        while (!running.IsCompleted || batches < 5)
        {
            await SubmitAsync(ingestion, batches++);
            await ingestion.LoadedAsync();
        }

        foreach (var results in await running)
            results.Single().Fault.ShouldNotBeNull();
        (await ingestion.ReadAsync(Make.Query(meter, "n", AggregationMethod.Count))).Single()
            .Value.ShouldBe(batches * 1000);
    }

    private static ValueTask SubmitAsync(Ingestion ingestion, int batch) => ingestion.SubmitAsync(
        [.. Enumerable.Range(0, 1000).Select(number => Make.Json(FormattableString.Invariant($"{batch}-{number}")))]);
}
