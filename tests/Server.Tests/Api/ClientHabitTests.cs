using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Tallystick.Server.Tests.Users;

namespace Tallystick.Server.Tests.Api;

/// <summary>Requests as the clients that there are send them, to the letter.</summary>
public sealed class ClientHabitTests : IAsyncLifetime
{
    private ApiServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await ApiServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    /// <summary>What each generated SDK says of itself, and whether it asks for a token before every call.</summary>
    public static TheoryData<string, string, bool> Sdks => new()
    {
        { "M3ter/JS 0.3.1", "Lang: js|Runtime: node|Runtime-Version: v22.1.0", false },
        { "M3ter/Python 0.9.0", "Lang: python|Runtime: CPython|Runtime-Version: 3.12.3|Async: false", true },
        { "M3ter/Go 0.12.0", "Lang: go|Runtime: go|Runtime-Version: go1.24.0", false },
    };

    [Theory]
    [MemberData(nameof(Sdks))]
    public async Task Sdk_WithABaseUrlThatEndsInASlash_LivesThroughAnEntity(
        string agent, string stainless, bool asksEachTime)
    {
        using var client = Sdk(agent, stainless);
        await SignInAsync(client);

        var made = await CallAsync(HttpMethod.Post, "products", """{"name":"Maps","code":"maps"}""");
        made["name"] = "Atlas";
        var path = $"products/{made["id"]}";
        var changed = await CallAsync(HttpMethod.Put, path, made.ToJsonString());
        var listed = (await CallAsync(HttpMethod.Get, $"products?ids={made["id"]}", null))["data"]!.AsArray();
        var deleted = await CallAsync(HttpMethod.Delete, path, null);

        ((long)changed["version"]!).ShouldBe(2);
        listed.Single()!.ToJsonString().ShouldBe(changed.ToJsonString());
        deleted.ToJsonString().ShouldBe(changed.ToJsonString());

        async Task<JsonObject> CallAsync(HttpMethod method, string path, string? body)
        {
            if (asksEachTime)
                await SignInAsync(client);
            // The one that asks each time also says what it sends where it sends nothing.
            var type = body is null && !asksEachTime ? null : "application/json";
            using var request = Request(method, path, body ?? "", type);
            return (await client.AnswerAsync(request)).Object;
        }
    }

    [Theory]
    [InlineData("ids={0},{1}")]
    [InlineData("ids={0}%2C{1}")]
    [InlineData("ids={0}&ids={1}")]
    [InlineData("ids[]={0}&ids[]={1}")]
    [InlineData("ids%5B%5D={0}&ids%5B%5D={1}")]
    public async Task Array_InAnyForm_SelectsAllItsValues(string query)
    {
        var ids = new List<string>();
        foreach (var code in new[] { "a", "b", "c" })
            ids.Add((await _server.Client.PostAsync("products", $$"""{"name":"n","code":"{{code}}"}""")).Id);

        var found = await _server.Client.GetAsync($"products?{string.Format(null, query, ids[0], ids[1])}");

        found.Data.Select(product => (string)product["id"]!).ShouldBe([ids[1], ids[0]]);
    }

    [Fact]
    public async Task Map_ReadChangedAndSentWithoutContentType_ReplacesTheEntity()
    {
        using var post = Request(HttpMethod.Post, "products", """{"name":"Maps","code":"maps"}""", null);
        var id = (await _server.Client.AnswerAsync(post)).Id;
        var map = (await _server.Client.GetAsync($"products/{id}")).Object;
        map["name"] = "Atlas";

        using var put = Request(HttpMethod.Put, $"products/{id}", map.ToJsonString(), null);
        var changed = (await _server.Client.AnswerAsync(put)).Object;

        ((string?)changed["name"]).ShouldBe("Atlas");
        ((string?)changed["id"]).ShouldBe(id);
        ((string?)changed["dtCreated"]).ShouldBe((string?)map["dtCreated"]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("application/json")]
    public async Task Action_WithoutABody_IsDone(string? type)
    {
        using var person = await Person.MakeAsync(_server.Client);
        var group = (await _server.Client.PostAsync("resourcegroups/meter", """{"name":"EU"}""")).Id;

        using var resend = Request(HttpMethod.Put, $"users/{person.Id}/password/resend", "", type);
        using var contents = Request(HttpMethod.Post, $"resourcegroups/meter/{group}/contents", "", type);

        (await _server.Client.AnswerAsync(resend)).Status.ShouldBe(HttpStatusCode.OK);
        (await _server.Client.AnswerAsync(contents)).Data.ShouldBeEmpty();
    }

    private ApiClient Sdk(string agent, string stainless)
    {
        var client = new ApiClient(_server.Address, _server.OrganizationId);
        var headers = client.Http.DefaultRequestHeaders;
        headers.Add("Accept", "application/json");
        headers.Add("User-Agent", agent);
        string[] common = ["Package-Version: 0.9.0", "OS: Linux", "Arch: x64", "Retry-Count: 0", "Timeout: 60"];
        foreach (var header in common.Concat(stainless.Split('|')).Select(line => line.Split(": ")))
            headers.Add($"X-Stainless-{header[0]}", header[1]);
        return client;
    }

    private async Task SignInAsync(ApiClient client)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Absolute("//oauth/token"))
        {
            Content = new StringContent("""{"grant_type":"client_credentials"}""", Encoding.UTF8, "application/json"),
        };
        var credentials = $"{Percent(_server.AccessKeyId)}:{Percent(_server.ApiSecret)}";
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials)));
        var token = (string)(await client.AnswerAsync(request)).Object["access_token"]!;
        client.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    // A base URL that ends in a slash, and a path that begins with one.
    private HttpRequestMessage Request(HttpMethod method, string path, string body, string? type)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
        return new HttpRequestMessage(method, Absolute($"//organizations/{_server.OrganizationId}/{path}"))
        {
            Content = content,
        };
    }

    private Uri Absolute(string path) => new(_server.Address.GetLeftPart(UriPartial.Authority) + path);

    private static string Percent(string text) => string.Concat(text.Select(character => $"%{(int)character:X2}"));
}
