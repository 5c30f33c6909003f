using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Tallystick.Acceptance.Tests;

/// <summary>
/// Uploaded files of many rows are read to their end whatever kills the server: each row is counted once. The memory of
/// the server does not depend on the file.
/// </summary>
public sealed class FileUploadCrashTests
{
    private const long Memory = 500_000_000;

    private static readonly bool IsSoak = Environment.GetEnvironmentVariable("TALLYSTICK_SOAK") is not null;
    private static readonly int Rows = IsSoak ? 1_000_000 : 100_000;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(IsSoak ? 10 : 3);

    [Theory]
    [InlineData("json")]
    [InlineData("csv")]
    public async Task Upload_WhoseServerIsKilledTwice_CountsEachRowOnce(string format)
    {
        // A heap of 128 MB, which would not hold the objects of a whole file.
        using var server = new LiveServer(new Dictionary<string, string>
        {
            ["TALLYSTICK_MEASUREMENT_MEMORY"] = "256",
            ["DOTNET_GCHeapHardLimit"] = "0x8000000",
        });
        await server.PostAsync("meters", new JsonObject
        {
            ["name"] = "Calls",
            ["code"] = "calls",
            ["dataFields"] = new JsonArray(new JsonObject
            {
                ["category"] = "MEASURE",
                ["code"] = "n",
                ["name"] = "n",
                ["unit"] = "1",
            }),
            ["derivedFields"] = new JsonArray(),
        });
        var id = await UploadAsync(server, format);

        foreach (var rows in new[] { Rows / 3, 2 * Rows / 3 })
        {
            await UntilAsync(server, id, job => (string?)job["status"] != "running"
                || (long)job["processedRows"]! >= rows);
            ShouldTakeLittleMemory(server);
            server.Kill();
            server.StartAgain();
        }
        var ended = await UntilAsync(server, id, job => (string?)job["status"] != "running");

        ShouldTakeLittleMemory(server);
        $"{ended["status"]} {ended["totalRows"]} {ended["processedRows"]} {ended["failedRows"]}"
            .ShouldBe($"succeeded {Rows} {Rows - 1} 1");
        var totals = await LoadedAsync(server);
        $"{totals["accepted"]} {totals["stored"]} {totals["duplicate"]} {totals["failed"]} {totals["mismatch"]}"
            .ShouldBe($"{Rows} {Rows - 1} 0 1 0");
        var sums = await server.PostAsync("usage/query", JsonNode.Parse("""
            {"startDate":"2026-01-01","endDate":"2026-02-01","limit":10,"aggregations":[
            {"meterId":"{meter}","fieldCode":"n","fieldType":"MEASURE","function":"SUM"}]}
            """.Replace("{meter}", await MeterIdAsync(server), StringComparison.Ordinal))!);
        // All numbers up to the number of rows, except the row that is invalid.
        sums.ToJsonString().ShouldContain($"{((long)Rows * (Rows - 1) / 2) - (Rows / 2)}");
    }

    // Only where nothing else runs: on a busy machine, the measurement store keeps more memory than its limit.
    private static void ShouldTakeLittleMemory(LiveServer server)
    {
        if (IsSoak)
            server.PeakMemory.ShouldBeLessThan(Memory);
    }

    private static async Task<string> UploadAsync(LiveServer server, string format)
    {
        var file = format == "csv" ? Csv() : Json();
        var path = format == "csv" ? "generateCsvUploadUrl" : "generateUploadUrl";
        var request = new JsonObject { ["fileName"] = $"usage.{format}", ["contentLength"] = file.Length };
        if (format == "csv")
            request["meter"] = "calls";
        else
            request["contentType"] = "application/json";
        var url = await server.PostAsync($"fileuploads/measurements/{path}", request);
        using var http = new HttpClient();
        using var content = new ByteArrayContent(file);
        using var response = await http.PutAsync((string)url["url"]!, content, TestContext.Current.CancellationToken);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        return (string)url["jobId"]!;
    }

    private static byte[] Json()
    {
        var text = new StringBuilder("[");
        for (var row = 0; row < Rows; row++)
            text.Append(row == 0 ? "" : ",\n").Append($$$"""
                {"meter":"calls","account":"a{{{row % 100}}}","ts":"2026-01-10T00:00:00Z",
                 "measure":{"n":{{{Number(row)}}}}}
                """);
        return Encoding.UTF8.GetBytes(text.Append(']').ToString());
    }

    private static byte[] Csv()
    {
        var text = new StringBuilder("account,ts,n\n");
        for (var row = 0; row < Rows; row++)
            text.Append($"a{row % 100},2026-01-10T00:00:00Z,{Number(row)}\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    // One row in the middle is invalid.
    private static string Number(int row) => row == Rows / 2 ? "1e99" : $"{row}";

    private static async Task<JsonObject> UntilAsync(LiveServer server, string id, Func<JsonObject, bool> isReached)
    {
        using var patience = new CancellationTokenSource(Patience);
        JsonObject job;
        do
        {
            patience.Token.ThrowIfCancellationRequested();
            job = await server.GetAsync($"fileuploads/measurements/jobs/{id}");
        }
        while (!isReached(job));
        return job;
    }

    private static async Task<JsonObject> LoadedAsync(LiveServer server)
    {
        using var patience = new CancellationTokenSource(Patience);
        JsonObject totals;
        do
        {
            patience.Token.ThrowIfCancellationRequested();
            totals = (await server.GetAsync("measurements/conservation"))["totals"]!.AsObject();
        }
        while ((long)totals["pending"]! > 0);
        return totals;
    }

    private static async Task<string> MeterIdAsync(LiveServer server) =>
        (string)(await server.GetAsync("meters"))["data"]![0]!["id"]!;
}
