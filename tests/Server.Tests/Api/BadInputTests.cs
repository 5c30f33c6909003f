using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using NodaTime;
using NodaTime.Testing;

namespace Tallystick.Server.Tests.Api;

/// <summary>Bad input gets a status and a message that say what is wrong, and changes nothing.</summary>
public sealed class BadInputTests
{
    private static readonly string Valid = """{"meter":"m","account":"a","ts":"2026-01-01T00:00:00Z"}""";

    [Theory]
    [InlineData("products", "", "")]
    [InlineData("products", "{bad", "")]
    [InlineData("products", "[]", "")]
    [InlineData("products", """{"name":5,"code":"c"}""", "name")]
    [InlineData("products", """{"name":"\ud800","code":"c"}""", "name")]
    [InlineData("products", """{"name":"a\u0000b","code":"c"}""", "name")]
    [InlineData("products", """{"name":"n","code":" c"}""", "code")]
    [InlineData(
        "products", """{"name":"n","code":"c","customFields":{"x":12345678901234567890123456789}}""", "customFields.x")]
    [InlineData("products", """{"name":"n","code":"c","customFields":{"x":[]}}""", "customFields.x")]
    [InlineData("meters", """{"name":"n","code":"c","dataFields":[],"derivedFields":[]}""", "dataFields")]
    [InlineData("accounts", """{"name":"n","code":"c","emailAddress":"nobody"}""", "emailAddress")]
    [InlineData("accounts", """{"name":"n","code":"c","emailAddress":"a@b","billEpoch":"2026-02-30"}""", "billEpoch")]
    [InlineData("accounts", """{"name":"n","code":"c","emailAddress":"a@b","currency":"ZZZ"}""", "currency")]
    [InlineData("picklists/currency", """{"name":"n","maxDecimalPlaces":6}""", "maxDecimalPlaces")]
    [InlineData("picklists/currency", """{"name":"n","roundingMode":"SIDEWAYS"}""", "roundingMode")]
    [InlineData("measurements", """{"measurements":[]}""", "measurements")]
    [InlineData("measurements", """{"measurements":[{"meter":"m","account":"a"}]}""", "measurements[0].ts")]
    [InlineData("measurements",
        """{"measurements":[{"meter":"m","account":"a","ts":"2999-01-01T00:00:00Z"}]}""", "measurements[0].ts")]
    [InlineData(
        "measurements", """{"measurements":[{"meter":7,"account":"a","ts":"2026-01-01"}]}""", "measurements[0].meter")]
    public async Task Request_WithAFault_IsRefusedByPath(string path, string body, string fault)
    {
        await using var server = await ApiServer.StartAsync();

        var answer = await server.Client.PostAsync(path, body);

        answer.Status.ShouldBe(HttpStatusCode.BadRequest, answer.Message);
        answer.Message.ShouldNotBeEmpty();
        answer.Json!["errors"]!.AsArray().Select(issue => (string)issue!["path"]!).ShouldContain(fault);
        (await server.Client.GetAsync("products")).Data.ShouldBeEmpty();
        (await server.Client.GetAsync("accounts")).Data.ShouldBeEmpty();
    }

    [Fact]
    public async Task Submission_TooLarge_IsRefused()
    {
        await using var server = await ApiServer.StartAsync();
        var tooMany = $$"""{"measurements":[{{string.Join(',', Enumerable.Repeat(Valid, 1001))}}]}""";

        (await server.Client.PostAsync("measurements", tooMany)).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await server.Client.PostAsync(
            "measurements", new string(' ', 600_000))).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await server.Client.PostAsync("products", new string(' ', 3_000_000))).Status
            .ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task Caller_WithoutRightToken_IsRefused()
    {
        var clock = new FakeClock(Instant.FromUtc(2026, 5, 1, 0, 0));
        await using var server = await ApiServer.StartAsync(clock: clock);
        var own = $"organizations/{server.OrganizationId}/products";

        (await GetAsync(server, own, null)).ShouldBe(HttpStatusCode.Unauthorized);
        (await GetAsync(server, own, "nonsense")).ShouldBe(HttpStatusCode.Unauthorized);
        var token = server.Client.Http.DefaultRequestHeaders.Authorization!.Parameter!;
        (await GetAsync(server, own, token)).ShouldBe(HttpStatusCode.OK);
        (await GetAsync(server, "/" + own + "/", token)).ShouldBe(HttpStatusCode.OK);
        (await GetAsync(server, $"organizations/{Guid.NewGuid()}/products", token)).ShouldBe(HttpStatusCode.Forbidden);
        var (head, signature) = (token[..token.LastIndexOf('.')], token[(token.LastIndexOf('.') + 1)..]);
        (await GetAsync(
            server, own, $"{head}.{new string([.. signature.Reverse()])}")).ShouldBe(HttpStatusCode.Forbidden);
        clock.AdvanceHours(5);
        (await GetAsync(server, own, token)).ShouldBe(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("application/json", """{"grant_type":"client_credentials"}""", true, HttpStatusCode.OK)]
    [InlineData("application/x-www-form-urlencoded", "grant_type=client_credentials&scope=x", true, HttpStatusCode.OK)]
    [InlineData(null, "grant_type=client_credentials", true, HttpStatusCode.OK)]
    [InlineData("application/json", """{"grant_type":"password"}""", true, HttpStatusCode.BadRequest)]
    [InlineData("application/json", "", true, HttpStatusCode.BadRequest)]
    [InlineData("application/json", """{"grant_type":"client_credentials"}""", false, HttpStatusCode.Unauthorized)]
    public async Task Token_AskedForAsClientsDo_IsGivenOrRefused(
        string? type, string body, bool isRightSecret, HttpStatusCode expected)
    {
        await using var server = await ApiServer.StartAsync();
        var key = $"{server.AccessKeyId}:{(isRightSecret ? server.ApiSecret : "wrong")}";
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.Address, "oauth/token"));
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        request.Content.Headers.ContentType = type is null ? null : new MediaTypeHeaderValue(type);
        request.Headers.Authorization =
            new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(key)));
        using var http = new HttpClient();

        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);

        response.StatusCode.ShouldBe(expected);
        var json = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        (json["access_token"] is not null).ShouldBe(expected == HttpStatusCode.OK);
    }

    private static async Task<HttpStatusCode> GetAsync(ApiServer server, string path, string? token)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{server.Address}{path}");
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }
}
