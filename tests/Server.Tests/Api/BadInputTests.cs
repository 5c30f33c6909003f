using System.Net;
using System.Net.Http.Headers;
using System.Text;
using NodaTime;
using NodaTime.Testing;

namespace Tallystick.Server.Tests.Api;

/// <summary>Bad input gets a status and a message that say what is wrong, and changes nothing.</summary>
public sealed class BadInputTests(SqliteServer shared)
{
    private static readonly string Valid = """{"meter":"m","account":"a","ts":"2026-01-01T00:00:00Z"}""";

    [Theory]
    [InlineData("products", "", "")]
    [InlineData("products", "{bad", "")]
    [InlineData("products", "[]", "")]
    [InlineData("products", "null", "")]
    [InlineData("products", "{\"name\":\"n\",\"code\":\"c\"} {}", "")]
    [InlineData("products", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "")]
    [InlineData("products", """{"code":"c"}""", "name")]
    [InlineData("products", """{"name":null,"code":"c"}""", "name")]
    [InlineData("products", """{"name":"","code":"c"}""", "name")]
    [InlineData("meters", """
        {"name":"n","code":"c","dataFields":{},"derivedFields":[]}
        """, "dataFields")]
    [InlineData("meters", """
        {"name":"n","code":"c","dataFields":[7],"derivedFields":[]}
        """, "dataFields[0]")]
    [InlineData("products", """{"name":5,"code":"c"}""", "name")]
    [InlineData("products", """{"name":"\ud800","code":"c"}""", "name")]
    [InlineData("products", """{"name":"a\u0000b","code":"c"}""", "name")]
    [InlineData("usage/query", """
        {"dimensionFilters":[{"meterId":"m","fieldCode":"f","values":["x","a\u0000b"]}]}
        """, "dimensionFilters[0].values[1]")]
    [InlineData("usage/query", """
        {"groups":[{"groupType":"DIMENSION","meterId":"m","fieldCode":"a\u0000"}]}
        """, "groups[0].fieldCode")]
    [InlineData("aggregations", """{"segments":[{"a":"x"},{"a":"a\u0000b"}]}""", "segments[1].a")]
    [InlineData("aggregations", """{"segments":[{"a\u0000b":"x"}]}""", "segments[0]")]
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
    [InlineData("measurements", """
        {"measurements":[{"meter":"m","account":"a","ts":"2026-01-01T00:00:00Z","who":{"x":"a\u0000b"}}]}
        """, "measurements[0].who.x")]
    [InlineData("measurements", """{"measurements":[{"meter":"m","account":"a"}]}""", "measurements[0].ts")]
    [InlineData("measurements",
        """{"measurements":[{"meter":"m","account":"a","ts":"2999-01-01T00:00:00Z"}]}""", "measurements[0].ts")]
    [InlineData(
        "measurements", """{"measurements":[{"meter":7,"account":"a","ts":"2026-01-01"}]}""", "measurements[0].meter")]
    public async Task Request_WithAFault_IsRefusedByPath(string path, string body, string fault)
    {
        using var client = await shared.NewOrganizationAsync();

        var answer = await client.PostAsync(path, body);

        answer.Status.ShouldBe(HttpStatusCode.BadRequest, answer.Message);
        answer.Message.ShouldNotBeEmpty();
        answer.Json!["errors"]!.AsArray().Select(issue => (string)issue!["path"]!).ShouldContain(fault);
        await ShouldBeEmptyAsync(client);
    }

    [Fact]
    public async Task Submission_OfTooManyMeasurements_IsRefusedAsAWhole()
    {
        using var client = await shared.NewOrganizationAsync();
        var tooMany = $$"""{"measurements":[{{string.Join(',', Enumerable.Repeat(Valid, 1001))}}]}""";

        var answer = await client.PostAsync("measurements", tooMany);

        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer.Message.ShouldContain("1000");
        await ShouldBeEmptyAsync(client);
    }

    [Theory]
    [InlineData("measurements", 600_000, true, HttpStatusCode.Forbidden)]
    [InlineData("measurements", 600_000, false, HttpStatusCode.Forbidden)]
    [InlineData("products", 3_000_000, true, HttpStatusCode.RequestEntityTooLarge)]
    [InlineData("products", 3_000_000, false, HttpStatusCode.RequestEntityTooLarge)]
    public async Task Body_TooLarge_IsRefused(string path, int bytes, bool isLengthTold, HttpStatusCode expected)
    {
        using var client = await shared.NewOrganizationAsync();
        var body = Encoding.UTF8.GetBytes($$"""{"measurements":[{{Valid}}],"name":"n","code":"c"}""".PadRight(bytes));
        using var request = new HttpRequestMessage(HttpMethod.Post, $"organizations/{client.OrganizationId}/{path}")
        {
            Content = new ByteArrayContent(body),
        };
        request.Headers.TransferEncodingChunked = !isLengthTold;

        var answer = await client.AnswerAsync(request);

        answer.Status.ShouldBe(expected);
        answer.Message.ShouldContain("smaller than");
        await ShouldBeEmptyAsync(client);
    }

    [Theory]
    [InlineData("PUT", "products/{id}", """{"name":"n","code":"c","version":7}""", HttpStatusCode.Conflict, "version")]
    [InlineData("PUT", "products/{id}", """{"name":"n","code":"c","version":-1}""", HttpStatusCode.Conflict, "version")]
    [InlineData("PUT", "products/{id}", """{"name":"n","code":"c"}""", HttpStatusCode.BadRequest, "version")]
    [InlineData("PUT", "products/{id}", """{"name":"n","code":"c","version":null}""", HttpStatusCode.BadRequest,
        "version")]
    [InlineData("PUT", "products/{id}", """{"name":"n","code":"c","version":"1"}""", HttpStatusCode.BadRequest,
        "version")]
    [InlineData("PUT", "products/{id}", """{"name":"n","code":"c","version":1.5}""", HttpStatusCode.BadRequest,
        "version")]
    [InlineData("PUT", "products/nobody", """{"name":"n","code":"c","version":1}""", HttpStatusCode.NotFound, "nobody")]
    [InlineData("DELETE", "products/nobody", null, HttpStatusCode.NotFound, "nobody")]
    [InlineData("GET", "products/%F0%9F%8D%8E", null, HttpStatusCode.NotFound, "product")]
    [InlineData("GET", "products/..%2F..%2Fx", null, HttpStatusCode.NotFound, "product")]
    [InlineData("PATCH", "products/{id}", "{}", HttpStatusCode.MethodNotAllowed, "PATCH")]
    [InlineData("GET", "nothing", null, HttpStatusCode.NotFound, "nothing")]
    [InlineData("GET", "nothing.json", null, HttpStatusCode.NotFound, "nothing.json")]
    [InlineData("PATCH", "products/a.json", "{}", HttpStatusCode.MethodNotAllowed, "PATCH")]
    [InlineData("POST", "products", """{"name":"n","code":"p"}""", HttpStatusCode.Conflict, "code")]
    [InlineData("POST", "products", """{"name":"n","name":"m","code":"q"}""", HttpStatusCode.BadRequest, "name")]
    public async Task Change_ThatIsWrong_IsRefusedAndChangesNothing(
        string method, string path, string? body, HttpStatusCode expected, string named)
    {
        using var client = await shared.NewOrganizationAsync();
        var product = (await client.PostAsync("products", """{"name":"Product","code":"p"}""")).Object;
        var filled = path.Replace("{id}", (string)product["id"]!, StringComparison.Ordinal);

        var answer = await client.SendAsync(new HttpMethod(method), filled, body);

        answer.Status.ShouldBe(expected, answer.Message);
        answer.Message.ShouldContain(named);
        answer.Headers.TryGetValues("x-should-retry", out _).ShouldBe(expected == HttpStatusCode.Conflict);
        (await client.GetAsync("products")).Data.Single().ToJsonString().ShouldBe(product.ToJsonString());
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

    private static async Task ShouldBeEmptyAsync(ApiClient client)
    {
        foreach (var path in new[] { "products", "meters", "accounts", "picklists/currency?codes=n,c" })
            (await client.GetAsync(path)).Data.ShouldBeEmpty(path);
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
