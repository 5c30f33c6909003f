using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.LookupTables;

/// <summary>Lookup tables, revisions and data of an organization, made and asked for over HTTP.</summary>
internal sealed class LookupSetup(ApiClient client, string tableId, string revisionId)
{
    /// <summary>Fields and keys: a rate by country.</summary>
    internal const string ByCountry = """
        "fields":[{"name":"country","type":"STRING"},{"name":"rate","type":"NUMBER"},{"name":"zone","type":"STRING"}],
        "keys":["country"]
        """;

    /// <summary>Fields and keys: a rate by tier and country.</summary>
    internal const string ByTierAndCountry = """
        "fields":[{"name":"country","type":"STRING"},{"name":"tier","type":"NUMBER"},{"name":"rate","type":"NUMBER"}],
        "keys":["tier","country"]
        """;

    internal string TableId => tableId;

    internal string RevisionId => revisionId;

    internal string Revisions => $"lookuptables/{tableId}/revisions";

    internal string Revision => $"{Revisions}/{revisionId}";

    internal string Data => $"{Revision}/data";

    /// <summary>Makes a table with one draft.</summary>
    internal static async Task<LookupSetup> MakeAsync(
        ApiClient client, string schema = ByCountry, string code = "rates")
    {
        var table = (await client.PostAsync("lookuptables", $$"""{"name":"Rates","code":"{{code}}"}""")).Id;
        return await new LookupSetup(client, table, "").NextAsync(schema, "First");
    }

    /// <summary>Makes another draft of the table.</summary>
    internal async Task<LookupSetup> NextAsync(string schema = ByCountry, string name = "Next") => new(
        client, tableId, (await client.PostAsync(Revisions, $$"""{"name":"{{name}}",{{schema}}}""")).Id);

    /// <summary>Writes items, with the version that is stored.</summary>
    internal async Task<ApiAnswer> PutAsync(string items)
    {
        var version = (await client.GetAsync(Data)).Object["version"];
        return await client.PutAsync(Data, $$"""{"items":{{items}},"version":{{version}}}""");
    }

    internal async Task<ApiAnswer> MoveAsync(string status)
    {
        var version = (await client.GetAsync(Revision)).Object["version"];
        return await client.PutAsync($"{Revision}/status", $$"""{"status":"{{status}}","version":{{version}}}""");
    }

    /// <summary>The items as they are answered, in their order.</summary>
    internal async Task<string[]> ItemsAsync(string query = "") =>
        Items(await client.GetAsync($"{Data}{query}"));

    internal static string[] Items(ApiAnswer answer) =>
        [.. answer.Object["items"]!.AsArray().Select(item => item!.ToJsonString())];

    /// <summary>Uploads a file as data and waits for the end of its job.</summary>
    internal Task<JsonObject> UploadAsync(string file, string contentType) =>
        UploadAsync(Encoding.UTF8.GetBytes(file), contentType);

    internal async Task<JsonObject> UploadAsync(byte[] file, string contentType)
    {
        var asked = await AskForUploadAsync(file.Length, contentType);
        (await SendAsync((string)asked["url"]!, file)).ShouldBe(HttpStatusCode.OK);
        return await EndedAsync((string)asked["jobId"]!);
    }

    internal async Task<JsonObject> AskForUploadAsync(int length, string contentType) =>
        (await client.PostAsync($"{Data}/generateuploadurl", $$"""
            {"fileName":"rates","contentType":"{{contentType}}","contentLength":{{length}}}
            """)).Object;

    /// <summary>Sends a file as a browser would: without a token.</summary>
    internal static Task<HttpStatusCode> SendAsync(string url, string file) =>
        SendAsync(url, Encoding.UTF8.GetBytes(file));

    private static async Task<HttpStatusCode> SendAsync(string url, byte[] file)
    {
        using var http = new HttpClient();
        using var content = new ByteArrayContent(file);
        using var response = await http.PutAsync(url, content, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    /// <summary>Reads a file without a token.</summary>
    internal static async Task<(HttpStatusCode Status, string Text)> FetchAsync(string url)
    {
        using var http = new HttpClient();
        using var response = await http.GetAsync(url, TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>The job, once it has ended.</summary>
    internal async Task<JsonObject> EndedAsync(string jobId)
    {
        JsonObject job;
        do
            job = (await client.GetAsync($"{Data}/jobs/{jobId}")).Object;
        while ((string?)job["status"] == "PENDING");
        return job;
    }
}
