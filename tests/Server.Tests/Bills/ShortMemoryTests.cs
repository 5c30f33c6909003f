using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Tallystick.Server.Tests.Api;
using Tallystick.Server.Tests.Usage;

namespace Tallystick.Server.Tests.Bills;

/// <summary>Callers and jobs ask again for usage that the measurement store has no memory to read.</summary>
public sealed class ShortMemoryTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task BillJob_WhileTheStoreLacksMemory_WaitsAndIsCompleteOnceThereIsSome()
    {
        await using var server = await ApiServer.StartAsync();
        var client = server.Client;
        var usage = new MeteredUsage(client);
        var meter = await usage.MeterAsync("calls", "measure.n");
        var account = await BilledAccount.MakeAsync(client);
        await PriceAsync(client, meter, account);
        await usage.SubmitAsync("calls billed 2025-01-10T00:00:00Z measure.n=5");
        var count = $"\"aggregations\":[{MeteredUsage.Aggregation(meter, "n", "COUNT")}]";
        (await usage.QueryAsync(count)).Status.ShouldBe(HttpStatusCode.OK);
        using var waits = new Heard("WaitingForDatabase");
        server.Service<ILoggerFactory>().AddProvider(waits);
        var memory = new ShortMemory(server.DataPath);
        ApiAnswer refused;
        Task<JsonObject> job;
        // Again where maintenance of the store has opened its file anew meanwhile.
        do
        {
            await memory.BeginAsync();
            refused = await usage.QueryAsync(count);
            job = account.BillAsync("2025-02-01");
            await Task.WhenAny(waits.Once, job).WaitAsync(Patience, TestContext.Current.CancellationToken);
        }
        while (refused.Status == HttpStatusCode.OK
            || (!waits.Once.IsCompleted && (await job)["failures"] is null));
        refused.Status.ShouldBe(HttpStatusCode.ServiceUnavailable, refused.Message);
        refused.Headers.RetryAfter.ShouldNotBeNull();
        refused.Message.ShouldContain("needs more memory");
        await memory.EndAsync();

        var ended = await job.WaitAsync(Patience, TestContext.Current.CancellationToken);
        (ended["failures"]?.ToJsonString()).ShouldBeNull();
        waits.Once.IsCompleted.ShouldBeTrue();
        var bill = (await client.GetAsync($"bills/{ended["billIds"]!.AsArray().ShouldHaveSingleItem()}")).Object;
        bill["billTotal"]!.ToString().ShouldBe("35");
    }

    private static async Task PriceAsync(ApiClient client, string meter, BilledAccount account)
    {
        var aggregation = await FullSamples.CreateAsync(client, "aggregations", FullSamples.Parse($$"""
            {"name":"Calls","code":"calls","meterId":"{{meter}}","targetField":"n","aggregation":"SUM",
             "rounding":"NONE","quantityPerUnit":1,"unit":"call"}
            """));
        await FullSamples.CreateAsync(client, "pricings", FullSamples.Parse($$"""
            {"planId":"{{account.PlanId}}","aggregationId":"{{aggregation}}","startDate":"2025-01-01T00:00:00Z",
             "pricingBands":[{"lowerLimit":0,"fixedPrice":0,"unitPrice":1}]}
            """));
    }

    /// <summary>Hears one event of the log.</summary>
    private sealed class Heard(string name) : ILoggerProvider, ILogger
    {
        private readonly TaskCompletionSource _once = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal Task Once => _once.Task;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (eventId.Name == name)
                _once.TrySetResult();
        }

        public void Dispose()
        {
        }
    }
}
