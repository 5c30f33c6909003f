using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Tallystick.Server.Tests.LookupTables;

namespace Tallystick.Server.Tests.Api;

/// <summary>Links to files lead to the public address, whatever host a request names.</summary>
public sealed class PublicUrlTests
{
    private const string File = "country,rate\nUK,1\n";

    [Fact]
    public async Task Links_WithAPublicUrl_BeginWithIt()
    {
        await using var own = await ApiServer.StartAsync(
            settings: ["--TALLYSTICK_PUBLIC_URL", "https://tally.example.com/metering/"]);
        var links = await LinksAsync(own.Client, "evil.example.com");

        links.Length.ShouldBe(4);
        links.ShouldAllBe(link => link.StartsWith("https://tally.example.com/metering/", StringComparison.Ordinal));
        (await LookupSetup.FetchAsync(Local(links[1]))).Status.ShouldBe(HttpStatusCode.OK);
        (await LookupSetup.SendAsync(Local(links[0]), File)).ShouldBe(HttpStatusCode.OK);

        // As a proxy hands it on.
        string Local(string link) => own.Address + link["https://tally.example.com/metering/".Length..];
    }

    [Fact]
    public async Task Links_WithoutAPublicUrl_BeginWithTheAddressAskedFor()
    {
        await using var own = await ApiServer.StartAsync();

        (await LinksAsync(own.Client, "proxy.example.com:81")).ShouldAllBe(
            link => link.StartsWith("http://proxy.example.com:81/", StringComparison.Ordinal));
    }

    /// <summary>Links of an upload, of its data, and to a failed measurement, asked for with a Host header.</summary>
    private static async Task<string[]> LinksAsync(ApiClient client, string host)
    {
        var revision = await LookupSetup.MakeAsync(client);
        await client.PostAsync("measurements", """
            {"measurements":[{"uid":"1","meter":"no","account":"a","ts":"2026-01-01T00:00:00Z"}]}
            """);
        var events = new JsonArray();
        while (events.Count == 0)
            events = (await AskAsync("GET", "events?eventName=ingest.validation.failure"))["data"]!.AsArray();
        var upload = await AskAsync("POST", $"{revision.Data}/generateuploadurl", $$"""
            {"fileName":"rates","contentType":"text/csv","contentLength":{{File.Length}}}
            """);
        var asked = await AskAsync("POST", $"{revision.Data}/jobs/download", """{"contentType":"text/csv"}""");
        JsonObject download;
        do
            download = await AskAsync("GET", $"{revision.Data}/jobs/{asked["jobId"]}");
        while ((string?)download["status"] == "PENDING");
        var failed = (string)events[0]!["m3terEvent"]!["getDownloadUrl"]!;
        var file = await AskAsync("GET", $"measurements/failedIngest/getDownloadUrl{new Uri(failed).Query}");
        return [(string)upload["url"]!, (string)download["downloadUrl"]!, (string)file["url"]!, failed];

        async Task<JsonObject> AskAsync(string method, string path, string? body = null)
        {
            using var request = new HttpRequestMessage(
                new HttpMethod(method), $"organizations/{client.OrganizationId}/{path}");
            request.Headers.Host = host;
            if (body is not null)
                request.Content = new StringContent(body, Encoding.UTF8, "application/json");
            return (await client.AnswerAsync(request)).Object;
        }
    }
}
