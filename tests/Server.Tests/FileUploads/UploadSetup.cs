using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.FileUploads;

/// <summary>Files of measurements, uploaded over HTTP.</summary>
internal sealed class UploadSetup(ApiClient client)
{
    internal const string Root = "fileuploads/measurements";
    internal const string Jobs = Root + "/jobs";

    private const string Failures = "events?eventName=ingest.validation.failure&pageSize=100";

    internal static string Request(int length) =>
        $$"""{"fileName":"usage.json","contentType":"application/json","contentLength":{{length}}}""";

    internal static string CsvRequest(int length, string meter = "calls") =>
        $$"""{"fileName":"usage.csv","meter":"{{meter}}","contentLength":{{length}}}""";

    /// <summary>Uploads a file and waits for the end of its job.</summary>
    internal Task<JsonObject> UploadAsync(string file) => UploadAsync(Encoding.UTF8.GetBytes(file));

    internal async Task<JsonObject> UploadAsync(byte[] file) =>
        await EndedAsync(await StartAsync($"{Root}/generateUploadUrl", Request(file.Length), file));

    /// <summary>Uploads a CSV file of the meter "calls" and waits for the end of its job.</summary>
    internal async Task<JsonObject> UploadCsvAsync(string text)
    {
        var file = Encoding.UTF8.GetBytes(text);
        return await EndedAsync(await StartAsync($"{Root}/generateCsvUploadUrl", CsvRequest(file.Length), file));
    }

    /// <summary>Uploads a file.</summary>
    /// <returns>UUID of its job.</returns>
    internal async Task<string> StartAsync(string path, string request, byte[] file)
    {
        var url = (await client.PostAsync(path, request)).Object;
        (await SendAsync(url, file)).Status.ShouldBe(HttpStatusCode.OK);
        return (string)url["jobId"]!;
    }

    /// <summary>Sends a file as a browser would: without a token, with the headers answered.</summary>
    internal static async Task<(HttpStatusCode Status, string Text)> SendAsync(JsonObject url, byte[] file)
    {
        using var http = new HttpClient();
        using var content = new ByteArrayContent(file);
        foreach (var (name, value) in url["headers"]!.AsObject())
            content.Headers.Add(name, (string)value!);
        using var response = await http.PutAsync((string)url["url"]!, content, TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>The job, once it has ended.</summary>
    internal async Task<JsonObject> EndedAsync(string jobId)
    {
        JsonObject job;
        do
            job = (await client.GetAsync($"{Jobs}/{jobId}")).Object;
        while ((string?)job["status"] == "running");
        return job;
    }

    /// <summary>Status and numbers of rows: in total, processed and failed.</summary>
    internal static string Outcome(JsonObject job) =>
        $"{job["status"]} {job["totalRows"]} {job["processedRows"]} {job["failedRows"]}";

    /// <summary>The failed measurements as downloaded, in the order received.</summary>
    internal async Task<IReadOnlyList<JsonObject>> FailuresAsync()
    {
        await LoadedAsync();
        var files = new List<JsonObject>();
        foreach (var one in (await client.GetAsync(Failures)).Data.Reverse())
        {
            var url = new Uri((string)one["m3terEvent"]!["getDownloadUrl"]!);
            var download = (await client.GetAsync($"measurements/failedIngest/getDownloadUrl{url.Query}")).Object;
            using var http = new HttpClient();
            files.Add(JsonNode.Parse(await http.GetStringAsync(
                new Uri((string)download["url"]!), TestContext.Current.CancellationToken))!.AsObject());
        }
        return files;
    }

    /// <summary>What became of all measurements: accepted, stored, duplicate and failed.</summary>
    internal async Task<string> ConservedAsync()
    {
        var totals = await LoadedAsync();
        return $"{totals["accepted"]} {totals["stored"]} {totals["duplicate"]} {totals["failed"]}";
    }

    internal static byte[] Gzip(string text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        return packed.ToArray();
    }

    private async Task<JsonObject> LoadedAsync()
    {
        while (true)
        {
            var answer = await client.GetAsync("measurements/conservation");
            // Many servers of tests share the memory: asking again is what the answer says to do.
            if (answer.Status == HttpStatusCode.ServiceUnavailable)
                continue;
            var totals = answer.Object["totals"]!.AsObject();
            if ((long)totals["pending"]! == 0)
                return totals;
        }
    }
}
