using System.Net;
using Tallystick.Server.Api;

namespace Tallystick.Server.Tests.Api;

/// <summary>What HTTP asks of every server: methods, headers, the page at the root.</summary>
public sealed class HttpTests(SqliteServer shared)
{
    public static TheoryData<string> Pages =>
        new("", "docs/", "openapi.json", "postman_collection.json", "health/live", "invitations/accept");

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Head_OfAnyPage_IsAnsweredWithoutABody(string path)
    {
        using var client = await shared.NewOrganizationAsync();

        var (get, _) = await SendAsync(client, HttpMethod.Get, path);
        var (head, body) = await SendAsync(client, HttpMethod.Head, path);

        get.StatusCode.ShouldBe(HttpStatusCode.OK);
        head.StatusCode.ShouldBe(HttpStatusCode.OK);
        head.Content.Headers.ContentType.ShouldBe(get.Content.Headers.ContentType);
        body.ShouldBeEmpty();
    }

    [Fact]
    public async Task Head_OfEveryOperationThatReads_IsNotRefused()
    {
        using var client = await shared.NewOrganizationAsync();
        foreach (var operation in ApiOperations.All.Where(operation => operation.Method == "GET"))
        {
            var path = operation.Path.Replace("{orgId}", client.OrganizationId, StringComparison.Ordinal);

            var (answer, body) = await SendAsync(client, HttpMethod.Head, path.Replace('{', 'x').Replace('}', 'x'));

            answer.StatusCode.ShouldBeOneOf(HttpStatusCode.OK, HttpStatusCode.NotFound, HttpStatusCode.BadRequest);
            body.ShouldBeEmpty(operation.Path);
        }
    }

    [Theory]
    [InlineData("PATCH", "organizations/{orgId}/products", "GET, HEAD, POST")]
    [InlineData("TRACE", "organizations/{orgId}/products/x", "DELETE, GET, HEAD, PUT")]
    [InlineData("OPTIONS", "organizations/{orgId}/measurements", "POST")]
    [InlineData("GET", "organizations/{orgId}/measurements", "POST")]
    [InlineData("HEAD", "organizations/{orgId}/measurements", "POST")]
    [InlineData("GET", "oauth/token", "POST")]
    [InlineData("DELETE", "", "GET, HEAD, POST")]
    [InlineData("POST", "health/ready", "GET, HEAD")]
    [InlineData("PUT", "docs/", "GET, HEAD")]
    public async Task Method_ThatAPathDoesNotHave_Is405AndNamesThoseItHas(string method, string path, string allowed)
    {
        using var client = await shared.NewOrganizationAsync();

        var (answer, _) = await SendAsync(
            client, new HttpMethod(method), path.Replace("{orgId}", client.OrganizationId, StringComparison.Ordinal));

        answer.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        string.Join(", ", answer.Content.Headers.Allow).ShouldBe(allowed);
    }

    [Theory]
    [MemberData(nameof(Pages))]
    [InlineData("nothing")]
    [InlineData("organizations/x/products")]
    public async Task Answer_OfAnyKind_SaysThatItIsNotToBeSniffedOrFramed(string path)
    {
        using var client = await shared.NewOrganizationAsync();

        var (answer, _) = await SendAsync(client, HttpMethod.Get, path);

        answer.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        answer.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("frame-ancestors 'none'");
    }

    [Fact]
    public async Task Root_InABrowser_LeadsToTheSignInAndTheReference()
    {
        using var client = await shared.NewOrganizationAsync();

        var (answer, page) = await SendAsync(client, HttpMethod.Get, "");

        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/html");
        page.ShouldContain("<h1>Sign in</h1>");
        page.ShouldContain("href=\"/docs/\"");
        foreach (var target in new[] { "/docs/", "/openapi.json", "/postman_collection.json", "/health/ready" })
            (await SendAsync(client, HttpMethod.Get, target)).Answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private static async Task<(HttpResponseMessage Answer, string Body)> SendAsync(
        ApiClient client, HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, path);
        using var answer = await client.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return (answer, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
