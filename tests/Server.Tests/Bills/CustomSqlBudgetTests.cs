using NodaTime;
using NodaTime.Testing;
using Tallystick.Billing.BillJobs;
using Tallystick.Billing.BillRuns;
using Tallystick.Metering.CustomSql;
using Tallystick.Metering.Ingest;
using Tallystick.Metering.LookupTables;
using Tallystick.Metering.Measurements;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Jobs;
using Tallystick.Server.Tests.Api;
using Tallystick.Server.Tests.Usage;

namespace Tallystick.Server.Tests.Bills;

/// <summary>The time that bill jobs spend on custom SQL: 10 s in a step, 60 s for an account.</summary>
public sealed class CustomSqlBudgetTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Step_OfTenSeconds_EndsAfterTheAccountAndTheNextStepGoesOn()
    {
        await using var server = await ApiServer.StartAsync();
        await SellAsync(server.Client, accounts: 3, queries: 1);
        var (run, engine) = await BeginAsync(server, Duration.FromSeconds(6));

        (await run.StepAsync(Token)).ShouldBeTrue();
        (await BilledAsync(server)).ShouldBe(2); // after 12 s
        engine.Granted.Count.ShouldBe(2);
        (await run.StepAsync(Token)).ShouldBeFalse();

        (await BilledAsync(server)).ShouldBe(3);
        engine.Granted.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Account_AfterSixtySeconds_IsRefusedAndTheNextHasTimeOfItsOwn()
    {
        await using var server = await ApiServer.StartAsync();
        await SellAsync(server.Client, accounts: 2, queries: 3);
        var (run, engine) = await BeginAsync(server, Duration.FromSeconds(40));

        while (await run.StepAsync(Token))
            Token.ThrowIfCancellationRequested();

        engine.Granted.Select(time => time.TotalSeconds).ShouldBe([60, 20, -20, 60, 20, -20]);
        (await BilledAsync(server)).ShouldBe(0);
        var job = (await server.Client.GetAsync("billjobs")).Data.ShouldHaveSingleItem();
        job["failures"]!.AsArray().Select(failure => (string)failure!["message"]!).ShouldAllBe(message =>
            message.Contains("the queries for the account take too long together", StringComparison.Ordinal));
        job["failures"]!.AsArray().Count.ShouldBe(2);
    }

    private static async Task<(IJobRun Run, TimedEngine Engine)> BeginAsync(ApiServer server, Duration each)
    {
        var clock = new FakeClock(SystemClock.Instance.GetCurrentInstant());
        var engine = new TimedEngine(server.Service<ICustomSqlEngine>(), clock, each);
        var usage = new UsageReader(
            server.Service<IMeasurementLogs>(), [server.Service<MeasurementLoader>()],
            server.Service<IUsageQueries>(), engine);
        var handler = new BillJobHandler(
            server.Service<ResourceService>(), usage, server.Service<PublishedLookups>(), clock);
        var job = await LaterJobs.CreateAsync(server, new BillJob { BillDate = new(2025, 2, 1) });
        return (await job.BeginAsync(handler), engine);
    }

    private static async Task<int> BilledAsync(ApiServer server) => (await server.Client.GetAsync("bills")).Data.Count;

    private static async Task SellAsync(ApiClient client, int accounts, int queries)
    {
        var first = await BilledAccount.MakeAsync(client);
        var meter = await new MeteredUsage(client).MeterAsync("seats", "measure.seats");
        for (var number = 0; number < queries; number++)
        {
            var aggregation = await FullSamples.CreateAsync(client, "aggregations", FullSamples.Parse($$"""
                {"name":"Peaks","code":"peaks{{number}}","meterId":"{{meter}}","targetField":"seats",
                 "aggregation":"CUSTOM_SQL","customSql":"SELECT {{number}} + COUNT(*) FROM measurements",
                 "unit":"seat","quantityPerUnit":1,"rounding":"NONE"}
                """));
            await FullSamples.CreateAsync(client, "pricings", FullSamples.Parse($$"""
                {"planId":"{{first.PlanId}}","aggregationId":"{{aggregation}}","startDate":"2025-01-01T00:00:00Z",
                 "pricingBands":[{"lowerLimit":0,"fixedPrice":0,"unitPrice":2}]}
                """));
        }
        for (var number = 1; number < accounts; number++)
        {
            var id = await FullSamples.CreateAsync(client, "accounts", FullSamples.Parse(
                $$"""{"name":"Ann","code":"a{{number}}","emailAddress":"ann@example.com"}"""));
            await FullSamples.CreateAsync(client, "accountplans", FullSamples.Parse(
                $$"""{"accountId":"{{id}}","planId":"{{first.PlanId}}","startDate":"2025-01-01T00:00:00Z"}"""));
        }
    }

    /// <summary>Runs queries, each of which takes a given time by its clock.</summary>
    private sealed class TimedEngine(ICustomSqlEngine engine, FakeClock clock, Duration each) : ICustomSqlEngine
    {
        // The time that each query was given.
        public List<TimeSpan> Granted { get; } = [];

        public async Task<IReadOnlyList<CustomSqlResult>> RunAsync(
            CustomSqlQuery query, CancellationToken cancellationToken)
        {
            Granted.Add(query.Time);
            var results = await engine.RunAsync(query, cancellationToken);
            clock.Advance(each * results.Count);
            return [.. results.Select(result => result with { Time = each.ToTimeSpan() })];
        }
    }
}
