using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using DuckDB.NET.Data;

namespace Tallystick.Acceptance.Tests;

/// <summary>What a supervisor sees of ingest, of a process of its own: metrics are those of a process.</summary>
public sealed class SupervisionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Metrics_AfterIngest_TellWhatBecameOfIt()
    {
        using var server = new LiveServer();
        await SubmitAsync(server);

        var metrics = await ReadAsync(server, "metrics");

        Value(metrics, "tallystick_measurements_accepted_total").ShouldBe(5);
        Value(metrics, "tallystick_measurements_stored_total").ShouldBe(3);
        Value(metrics, "tallystick_measurements_duplicate_total").ShouldBe(1);
        Value(metrics, "tallystick_measurements_failed_total").ShouldBe(1);
        Value(metrics, "tallystick_log_pending_bytes").ShouldBe(0);
        Value(metrics, "tallystick_loader_position_bytes").ShouldBeGreaterThan(0);
        Value(metrics, "tallystick_log_size_bytes").ShouldBe(Value(metrics, "tallystick_loader_position_bytes"));
        Value(metrics, "tallystick_uids_count").ShouldBe(3);
        Value(metrics, "tallystick_uids_memory_bytes").ShouldBeGreaterThan(0);
        Value(metrics, "tallystick_conservation_mismatches").ShouldBe(0);
        Value(
            metrics, "http_server_request_duration_seconds_count",
            "http_route=\"/organizations/{orgId}/measurements\"").ShouldBe(5);
        metrics.ShouldContain("service_name=\"tallystick\"");
        metrics.Split('\n').Count(line =>
            line.StartsWith("http_server_request_duration_seconds_bucket", StringComparison.Ordinal)
            && line.Contains("http_route=\"/organizations/{orgId}/measurements\"", StringComparison.Ordinal))
            .ShouldBe(6);
    }

    [Fact]
    public async Task Metrics_WithATokenAndAnAddressOfTheirOwn_AreReadThereOnly()
    {
        using var server = new LiveServer(new Dictionary<string, string>
        {
            ["TALLYSTICK_METRICS_TOKEN"] = "a-token-of-the-operator",
            ["TALLYSTICK_METRICS_URL"] = "http://127.0.0.1:0",
        });
        var metrics = server.Printed.Split('\n')
            .Single(line => line.StartsWith("  Metrics  ", StringComparison.Ordinal)).Trim().Split(' ')[^1];

        (await StatusAsync($"{server.Address}/metrics", "a-token-of-the-operator")).ShouldBe(HttpStatusCode.NotFound);
        (await StatusAsync(metrics, null)).ShouldBe(HttpStatusCode.Unauthorized);
        (await StatusAsync(metrics, "another-token-of-somebody")).ShouldBe(HttpStatusCode.Unauthorized);
        (await StatusAsync(metrics, "a-token-of-the-operator")).ShouldBe(HttpStatusCode.OK);
        (await StatusAsync(metrics.Replace("/metrics", "/health/live", StringComparison.Ordinal), null))
            .ShouldBe(HttpStatusCode.NotFound);
    }

    private static async Task<HttpStatusCode> StatusAsync(string address, string? token)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (token is not null)
            request.Headers.Authorization = new("Bearer", token);
        using var answer = await http.SendAsync(request, Token);
        return answer.StatusCode;
    }

    [Fact]
    public async Task Supervision_OfADamagedStore_TellsWhatIsMissing()
    {
        using var server = new LiveServer();
        await SubmitAsync(server);
        (await ReadAsync(server, "health/ready")).ShouldBe("""{"status":"ready"}""");
        server.Stop().ShouldBe(0);
        await using (var connection = new DuckDBConnection(
            $"Data Source={Path.Combine(server.DataDirectory, "measurements.duckdb")}"))
        {
            await connection.OpenAsync(Token);
            await using var command = connection.CreateCommand();
            command.CommandText = "DELETE FROM usage_shared WHERE sequence = (SELECT min(sequence) FROM usage_shared)";
            (await command.ExecuteNonQueryAsync(Token)).ShouldBe(1);
        }
        server.StartAgain();

        // The check is made in the background; it has been made when the metric says so.
        string metrics;
        do
            metrics = await ReadAsync(server, "metrics");
        while (Value(metrics, "tallystick_conservation_mismatches") != 1);

        (await ReadAsync(server, "health/ready")).ShouldContain("\"degraded\":");
        var totals = (await server.GetAsync("measurements/conservation"))["totals"]!;
        totals.ToJsonString().ShouldBe(
            """{"accepted":5,"stored":3,"duplicate":1,"failed":1,"voided":0,"erased":0,"pending":0,"mismatch":-1}""");
    }

    // Three are stored, one is a duplicate, one fails; returns when they are loaded.
    private static async Task SubmitAsync(LiveServer server)
    {
        await server.CreateAsync("meters", JsonNode.Parse(
            """
            {"name":"calls","code":"calls","derivedFields":[],
            "dataFields":[{"category":"MEASURE","code":"n","name":"n","unit":"1"}]}
            """)!);
        foreach (var (meter, uid) in new[] { ("calls", 0), ("calls", 1), ("calls", 2), ("calls", 0), ("nothing", 4) })
        {
            await server.PostAsync("measurements", JsonNode.Parse(
                $$"""
                {"measurements":[
                {"uid":"u{{uid}}","meter":"{{meter}}","account":"acme","ts":"2025-01-01","measure":{"n":1} }]}
                """)!);
        }
        await server.PostAsync(
            "usage/query", JsonNode.Parse("""{"startDate":"2025-01-01","endDate":"2025-02-01","limit":1}""")!);
    }

    private static async Task<string> ReadAsync(LiveServer server, string path)
    {
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri(new Uri(server.Address), path), Token);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        return await answer.Content.ReadAsStringAsync(Token);
    }

    // The number of the line with a name and, where given, a label; a time may stand behind it.
    private static decimal Value(string metrics, string name, string label = "")
    {
        var line = metrics.Split('\n').Single(
            line => (line.StartsWith(name + " ", StringComparison.Ordinal)
                || line.StartsWith(name + "{", StringComparison.Ordinal))
                && line.Contains(label, StringComparison.Ordinal));
        var numbers = line[(line.LastIndexOf('}') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var number = line.Contains('}', StringComparison.Ordinal) ? numbers[0] : numbers[1];
        return decimal.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture);
    }
}
