using System.Net;
using System.Text;
using NodaTime;
using NodaTime.Testing;
using Tallystick.Resources.Files;
using Tallystick.Server.Api.Files;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.LookupTables;

/// <summary>A signed URL lets one method be used on one file for a time, and nothing else.</summary>
public sealed class FileUrlTests
{
    private static readonly FileKey Key = FileKey.Of("reports", "acme", "2026/march.csv");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task DownloadUrl_OfAFile_GivesItUntilItExpires()
    {
        var clock = new FakeClock(Instant.FromUtc(2026, 3, 1, 12, 0));
        await using var server = await ApiServer.StartAsync(clock: clock);
        await PutAsync(server, clock.GetCurrentInstant() + Duration.FromMinutes(2));
        var url = Url(server, clock, "GET", Key.Text);
        using var http = new HttpClient();

        using (var answer = await http.GetAsync(url, Token))
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            answer.Content.Headers.ContentType!.ToString().ShouldBe("text/csv");
            answer.Content.Headers.ContentLength.ShouldBe(4);
            answer.Content.Headers.ContentDisposition!.ToString().ShouldBe("attachment; filename=\"march.csv\"");
            (await answer.Content.ReadAsStringAsync(Token)).ShouldBe("a,b\n");
        }

        clock.AdvanceMinutes(1);
        (await GetAsync(http, url)).ShouldBe(HttpStatusCode.Forbidden);
        (await GetAsync(http, Url(server, clock, "GET", Key.Text))).ShouldBe(HttpStatusCode.OK);
        clock.AdvanceMinutes(1);
        (await GetAsync(http, Url(server, clock, "GET", Key.Text))).ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Url_ForOneMethod_IsOfNoUseForAnother()
    {
        var clock = new FakeClock(Instant.FromUtc(2026, 3, 1, 12, 0));
        await using var server = await ApiServer.StartAsync(clock: clock);
        await PutAsync(server, null);
        using var http = new HttpClient();

        (await GetAsync(http, Url(server, clock, "PUT", Key.Text))).ShouldBe(HttpStatusCode.Forbidden);
        (await LookupSetup.SendAsync(Url(server, clock, "GET", Key.Text), "x")).ShouldBe(HttpStatusCode.Forbidden);
        // Nothing takes uploads of this kind.
        (await LookupSetup.SendAsync(Url(server, clock, "PUT", Key.Text), "x")).ShouldBe(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("reports/acme/2026/april.csv")]
    [InlineData("reports/other/2026/march.csv")]
    [InlineData("exports/acme/2026/march.csv")]
    [InlineData("reports/acme/2026%2Fmarch.csv")]
    [InlineData("reports/acme/..%2Facme%2F2026%2Fmarch.csv")]
    [InlineData("reports/acme/2026/MARCH.csv")]
    [InlineData("reports/acme/2026/march.csv%00")]
    [InlineData("reports/acme")]
    public async Task Url_ChangedToAnotherPath_GivesNothing(string path)
    {
        var clock = new FakeClock(Instant.FromUtc(2026, 3, 1, 12, 0));
        await using var server = await ApiServer.StartAsync(clock: clock);
        await PutAsync(server, null);
        using var http = new HttpClient();

        var status = await GetAsync(
            http, Url(server, clock, "GET", Key.Text).Replace(Key.Text, path, StringComparison.Ordinal));

        // A slash may come encoded: it is the same key.
        status.ShouldBeOneOf(
            HttpStatusCode.Forbidden, HttpStatusCode.NotFound, HttpStatusCode.BadRequest,
            path.StartsWith("reports/acme/2026%2F") ? HttpStatusCode.OK : HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("")]
    [InlineData("expires=1")]
    [InlineData("expires=9999999999&signature=")]
    [InlineData("expires=9999999999&signature=AAAA")]
    [InlineData("expires=x&signature=%F0%9F")]
    public async Task Url_WithoutAGoodSignature_IsRefused(string query)
    {
        await using var server = await ApiServer.StartAsync();
        using var http = new HttpClient();

        (await GetAsync(http, $"{server.Address}files/{Key}?{query}")).ShouldBe(HttpStatusCode.Forbidden);
    }

    private static Task<StoredFile> PutAsync(ApiServer server, Instant? expiry) =>
        server.Service<IFileStore>().PutAsync(
            Key, new MemoryStream(Encoding.UTF8.GetBytes("a,b\n")),
            new FileTerms { MaxLength = 100, ContentType = "text/csv", Expiry = expiry }, Token);

    private static string Url(ApiServer server, IClock clock, string method, string key)
    {
        var query = server.Service<UrlSignatures>().Sign(
            method, Key.OrganizationId, key, clock.GetCurrentInstant() + Duration.FromMinutes(1));
        return $"{server.Address}files/{key}?{query}";
    }

    private static async Task<HttpStatusCode> GetAsync(HttpClient http, string url)
    {
        using var answer = await http.GetAsync(url, Token);
        return answer.StatusCode;
    }
}
