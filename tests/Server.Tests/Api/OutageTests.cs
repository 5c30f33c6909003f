using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Hosting;
using NodaTime;
using NodaTime.Testing;
using Npgsql;
using Tallystick.Billing.BillJobs;
using Tallystick.Server.Hosting.Backups;
using Tallystick.Server.Tests.Bills;
using Tallystick.Server.Tests.Usage;
using Tallystick.Testing;

namespace Tallystick.Server.Tests.Api;

/// <summary>An outage of the database ends neither jobs nor the server, and usage is taken meanwhile.</summary>
public sealed class OutageTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task BillJob_WhoseDatabaseIsLostInTheMiddle_IsCompleteOnceItIsBackAndUsageIsTakenThroughout()
    {
        using var cluster = await PostgresCluster.StartNewAsync();
        var database = await cluster.CreateDatabaseAsync();
        var clock = new FakeClock(SystemClock.Instance.GetCurrentInstant());
        await using var server = await ApiServer.StartAsync(Engine.PostgreSql, clock, database);
        var client = server.Client;
        var usage = new MeteredUsage(client);
        var account = await BilledAccount.MakeAsync(client);
        var meter = await usage.MeterAsync("calls", "measure.n");
        await SubmitAsync(usage, "before");
        var job = await LoseInTheMiddleAsync(cluster, database, client, account);

        await SubmitAsync(usage, "lost");
        // The token must be looked up again by now, and cannot be.
        clock.AdvanceMinutes(1);
        await SubmitAsync(usage, "still lost");
        foreach (var answer in new[]
        {
            await client.GetAsync("accounts"), await client.PostAsync("products", """{"name":"a","code":"a"}"""),
        })
        {
            answer.Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
            answer.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(5));
        }
        (await StatusAsync(client, "health/ready")).ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await StatusAsync(client, "health/live")).ShouldBe(HttpStatusCode.OK);
        await cluster.StartAsync();

        var ended = await UntilAsync(
            async () => await client.GetAsync($"billjobs/{job}"), answer => (string?)answer["status"] == "COMPLETE");
        (ended["failures"]?.ToJsonString()).ShouldBeNull();
        ended["billIds"]!.AsArray().Count.ShouldBe(1);
        await SubmitAsync(usage, "after");
        var counted = await usage.QueryAsync($"\"aggregations\":[{MeteredUsage.Aggregation(meter, "n", "COUNT")}]");
        MeteredUsage.Rows(counted).ShouldHaveSingleItem().ShouldBe("{'calls.n.COUNT':4}");
        // What was found within the last second is answered again.
        while (await StatusAsync(client, "health/ready") != HttpStatusCode.OK)
            await Task.Yield();
        server.Service<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested.ShouldBeFalse();
    }

    [Fact]
    public async Task BillJob_OnAFullDisk_WaitsForRoomAndUsageIsTakenMeanwhile()
    {
        await using var server = await ApiServer.StartAsync();
        var client = server.Client;
        var usage = new MeteredUsage(client);
        var account = await BilledAccount.MakeAsync(client);
        await usage.MeterAsync("calls", "measure.n");
        await SubmitAsync(usage, "before");
        var job = await LaterJobs.CreateAsync(
            server, new BillJob { AccountIds = [account.Id], BillDate = new LocalDate(2025, 2, 1) });
        await LimitAsync(server, 1);
        ApiAnswer full;
        var code = 0;
        do
            full = await client.PostAsync("products", $$"""{"name":"{{new string('n', 200)}}","code":"{{code++}}"}""");
        while (full.Status == HttpStatusCode.OK);

        await job.StartAsync();
        full.Status.ShouldBe(HttpStatusCode.ServiceUnavailable, full.Message);
        full.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(5));
        await SubmitAsync(usage, "while full");
        (await client.GetAsync("accounts")).Status.ShouldBe(HttpStatusCode.OK);
        (await client.PostAsync("products", $$"""{"name":"{{new string('n', 200)}}","code":"last"}""")).Status
            .ShouldBe(HttpStatusCode.ServiceUnavailable);
        await LimitAsync(server, 1_000_000);

        var ended = await UntilAsync(
            async () => await client.GetAsync($"billjobs/{job.Id}"),
            answer => (string?)answer["status"] == "COMPLETE");
        (ended["failures"]?.ToJsonString()).ShouldBeNull();
        ended["billIds"]!.AsArray().Count.ShouldBe(1);
        server.Service<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested.ShouldBeFalse();
    }

    // The job waits to write its bill when the server is lost.
    private static async Task<string> LoseInTheMiddleAsync(
        PostgresCluster cluster, string database, ApiClient client, BilledAccount account)
    {
        await using var holder = new NpgsqlConnection(database);
        await holder.OpenAsync(Token);
        await using var holding = await holder.BeginTransactionAsync(Token);
        await ExecuteAsync(holder, "LOCK TABLE tallystick.bill IN SHARE MODE");
        var job = (await client.PostAsync("billjobs", new JsonObject
        {
            ["accountIds"] = new JsonArray(account.Id),
            ["billDate"] = "2025-02-01",
        })).Id;
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (await ExecuteAsync(holder, "SELECT count(*) FROM pg_locks WHERE NOT granted") is 0L)
            patience.Token.ThrowIfCancellationRequested();
        await cluster.CrashAsync();
        return job;
    }

    private static async Task<object?> ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Token);
    }

    private static async Task SubmitAsync(MeteredUsage usage, string uid)
    {
        var answer = await usage.PostAsync(
            MeteredUsage.Measurement("calls acme 2025-01-02T00:00:00Z measure.n=1", uid));
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Message);
    }

    private static async Task<HttpStatusCode> StatusAsync(ApiClient client, string path)
    {
        using var answer = await client.Http.GetAsync(new Uri(path, UriKind.Relative), Token);
        return answer.StatusCode;
    }

    // Connections of before the outage may be found lost one by one.
    private static async Task<JsonObject> UntilAsync(Func<Task<ApiAnswer>> ask, Predicate<JsonObject> isMet)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (true)
        {
            patience.Token.ThrowIfCancellationRequested();
            var answer = await ask();
            if (answer.Status != HttpStatusCode.ServiceUnavailable && isMet(answer.Object))
                return answer.Object;
        }
    }

    // The engine then takes its disk for full once its file has so many pages, or as many as it has.
    private static Task LimitAsync(ApiServer server, int pages)
    {
        var documents = server.Service<BackupSources>().Documents!;
        return documents.TransactAsync(
            server.OrganizationId,
            async _ => await documents.Writer.ExecuteAsync($"PRAGMA max_page_count = {pages}", Token),
            Token);
    }
}
