using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Tallystick.Server.Tests.Api;

/// <summary>Tokens are given to the clients that there are, as they ask.</summary>
public sealed class TokenTests : IAsyncLifetime
{
    private const string Json = """{"grant_type":"client_credentials"}""";
    private ApiServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await ApiServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("application/json", Json)]
    [InlineData("application/json; charset=utf-8", Json)]
    [InlineData("application/json", """{"scope":"x","grant_type":"client_credentials"}""")]
    [InlineData("application/x-www-form-urlencoded", "grant_type=client_credentials&scope=x")]
    [InlineData("application/x-www-form-urlencoded", "scope=&grant_type=client%5Fcredentials")]
    [InlineData("text/plain", Json)]
    [InlineData(null, Json)]
    [InlineData(null, "grant_type=client_credentials")]
    public async Task Token_AskedForInAnyForm_IsGivenAndOpensTheApi(string? type, string body)
    {
        var answer = await AskAsync(type, body, Basic(_server.AccessKeyId, _server.ApiSecret));

        ((string?)answer.Object["token_type"]).ShouldBe("Bearer");
        ((int)answer.Object["expires_in"]!).ShouldBe(18_000);
        using var client = new ApiClient(_server.Address, _server.OrganizationId);
        client.Http.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("bearer", (string)answer.Object["access_token"]!);
        (await client.GetAsync("products")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("""{"grant_type":"password"}""", "unsupported_grant_type")]
    [InlineData("grant_type=authorization_code", "unsupported_grant_type")]
    [InlineData("grant_type=client_credentials&grant_type=password", "unsupported_grant_type")]
    [InlineData("""{"grant_type":7}""", "invalid_request")]
    [InlineData("""{"grant_type":"\ud800"}""", "invalid_request")]
    [InlineData("{}", "invalid_request")]
    [InlineData("{", "invalid_request")]
    [InlineData("[]", "invalid_request")]
    [InlineData("", "invalid_request")]
    [InlineData("scope=x", "invalid_request")]
    public async Task Token_AskedForWithAnotherBody_IsRefused(string body, string error)
    {
        var answer = await AskAsync("application/json", body, Basic(_server.AccessKeyId, _server.ApiSecret));

        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        ((string?)answer.Json!["error"]).ShouldBe(error);
        answer.Message.ShouldContain("grant_type");
    }

    [Fact]
    public async Task Token_WithoutTheRightCredentials_IsRefused()
    {
        var (id, secret) = (_server.AccessKeyId, _server.ApiSecret);
        string?[] wrong =
        [
            null, "", "Basic", "Basic ", "Basic !!!", "Basic " + Encode(":"), "Basic " + Encode(id),
            "Basic " + Encode($"{id}:"), "Basic " + Encode($":{secret}"),
            Basic(id, secret + "x"), Basic(id, secret[1..]),
            Basic(id, secret.ToLowerInvariant()), Basic(id.ToLowerInvariant(), secret), Basic(secret, id),
            Basic("\0", "\0"), Basic("ä", "%ZZ%"), "Bearer " + Encode($"{id}:{secret}"), $"Basic {id}:{secret}",
        ];

        foreach (var header in wrong)
        {
            var answer = await AskAsync("application/json", Json, header);
            answer.Status.ShouldBe(HttpStatusCode.Unauthorized, header);
            ((string?)answer.Json!["error"]).ShouldBe("invalid_client", header);
            answer.Message.ShouldNotBeEmpty();
            answer.Headers.WwwAuthenticate.ToString().ShouldBe("Basic");
        }
    }

    [Fact]
    public async Task Token_AskedForWithPercentEncodedCredentials_IsGiven()
    {
        var encoded = string.Concat(_server.ApiSecret.Select(character => $"%{(int)character:X2}"));

        (await AskAsync("application/x-www-form-urlencoded", "grant_type=client_credentials",
            Basic(Uri.EscapeDataString(_server.AccessKeyId), encoded))).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("/oauth/token/")]
    [InlineData("//oauth/token")]
    [InlineData("//oauth//token//")]
    public async Task BaseUrl_WithSlashesTooMany_IsServed(string tokenPath)
    {
        var answer = await AskAsync("application/json", Json, Basic(_server.AccessKeyId, _server.ApiSecret), tokenPath);
        answer.Status.ShouldBe(HttpStatusCode.OK);
        using var client = new ApiClient(_server.Address, _server.OrganizationId);
        client.Http.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Bearer", (string)answer.Object["access_token"]!);
        var organization = $"organizations/{_server.OrganizationId}";

        string[] paths = [$"/{organization}/products/", $"//{organization}/products", $"/{organization}//products"];
        foreach (var path in paths)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, Absolute(path));
            (await client.AnswerAsync(request)).Status.ShouldBe(HttpStatusCode.OK, path);
        }
    }

    [Fact]
    public async Task Client_ThatAsksForATokenBeforeEveryCall_IsServed()
    {
        for (var call = 0; call < 30; call++)
        {
            using var client = new ApiClient(_server.Address, _server.OrganizationId);
            await client.SignInAsync(_server.AccessKeyId, _server.ApiSecret);
            // A generated SDK sends these with each call, a content type with GET, and none with POST.
            foreach (var name in new[] { "Lang", "Package-Version", "OS", "Arch", "Runtime", "Retry-Count", "Async" })
                client.Http.DefaultRequestHeaders.Add($"X-Stainless-{name}", "x");
            client.Http.DefaultRequestHeaders.Accept.ParseAdd("application/json");
            using var get = Request(HttpMethod.Get, "products", "", "application/json");
            (await client.AnswerAsync(get)).Status.ShouldBe(HttpStatusCode.OK);
            using var post = Request(HttpMethod.Post, "products", $$"""{"name":"n","code":"{{call}}"}""", null);
            (await client.AnswerAsync(post)).Status.ShouldBe(HttpStatusCode.OK);
        }

        // The first token stays good.
        (await _server.Client.GetAsync("products")).Data.Count.ShouldBe(30);
    }

    private HttpRequestMessage Request(HttpMethod method, string path, string body, string? type)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
        return new HttpRequestMessage(method, $"organizations/{_server.OrganizationId}/{path}") { Content = content };
    }

    private async Task<ApiAnswer> AskAsync(string? type, string body, string? header, string path = "/oauth/token")
    {
        using var client = new ApiClient(_server.Address, _server.OrganizationId);
        using var request = new HttpRequestMessage(HttpMethod.Post, Absolute(path))
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)),
        };
        request.Content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
        if (header is not null)
            request.Headers.TryAddWithoutValidation("Authorization", header);
        return await client.AnswerAsync(request);
    }

    // A relative path that begins with two slashes would name a host.
    private Uri Absolute(string path) => new(_server.Address.GetLeftPart(UriPartial.Authority) + path);

    private static string Basic(string id, string secret) => $"Basic {Encode($"{id}:{secret}")}";

    private static string Encode(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
