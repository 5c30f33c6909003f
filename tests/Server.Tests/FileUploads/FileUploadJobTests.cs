using System.Net;
using System.Text;
using NodaTime;
using NodaTime.Testing;
using Tallystick.Metering.Uploads;
using Tallystick.Resources.Files;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.FileUploads;

/// <summary>URLs and jobs of file uploads.</summary>
public sealed class FileUploadJobTests(SqliteServer shared)
{
    private const string Urls = UploadSetup.Root + "/generateUploadUrl";
    private const string CsvUrls = UploadSetup.Root + "/generateCsvUploadUrl";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("{}", "required fileName", "required contentType", "required contentLength")]
    [InlineData("""{"fileName":"","contentType":"text/json","contentLength":1}""", "length fileName")]
    [InlineData("""{"fileName":"f","contentType":"text/csv","contentLength":1}""", "unknown_value contentType")]
    [InlineData("""{"fileName":"f","contentType":"text/json","contentLength":0}""", "range contentLength")]
    [InlineData("""{"fileName":"f","contentType":"text/json","contentLength":1073741825}""", "range contentLength")]
    [InlineData("""{"fileName":"f","contentType":"text/json","contentLength":1.5}""", "type contentLength")]
    [InlineData("""{"fileName":1,"contentType":null,"contentLength":"1"}""",
        "type fileName", "type contentLength", "required contentType")]
    public async Task Url_AskedForWrongly_IsRefused(string body, params string[] faults)
    {
        using var client = await shared.NewOrganizationAsync();

        var answer = await client.PostAsync(Urls, body);

        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer.Faults.ShouldBe(faults);
        (await client.GetAsync(UploadSetup.Jobs)).Data.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(100, HttpStatusCode.OK)]
    [InlineData(101, HttpStatusCode.BadRequest)]
    public async Task Url_ForAFileName_DependsOnItsLength(int length, HttpStatusCode status)
    {
        using var client = await shared.NewOrganizationAsync();
        var name = new string('x', length);

        (await client.PostAsync(Urls, $$"""
            {"fileName":"{{name}}","contentType":"text/json","contentLength":1073741824}
            """)).Status.ShouldBe(status);
    }

    [Fact]
    public async Task Url_ForCsv_NeedsAMeterThatExists()
    {
        using var client = await shared.NewOrganizationAsync();

        var answer = await client.PostAsync(CsvUrls, UploadSetup.CsvRequest(1));
        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer.Faults.ShouldBe(["unknown_reference meter"]);

        (await client.PostAsync(CsvUrls, """{"fileName":"f","contentLength":1}""")).Faults.ShouldBe(["required meter"]);
    }

    [Fact]
    public async Task Job_BeforeItsFile_IsNotUploaded()
    {
        using var client = await shared.NewOrganizationAsync();
        var url = (await client.PostAsync(Urls, UploadSetup.Request(2))).Object;

        url.Select(member => member.Key).ShouldBe(["jobId", "url", "headers"]);
        url["headers"]!.ToJsonString().ShouldBe("""{"Content-Type":"application/json"}""");
        var job = (await client.GetAsync($"{UploadSetup.Jobs}/{url["jobId"]}")).Object;
        job["uploadDate"].ShouldBeNull();
        $"{job["version"]} {job["fileName"]} {job["contentLength"]} {UploadSetup.Outcome(job)}"
            .ShouldBe("1 usage.json 2 notUploaded 0 0 0");
        (await client.GetAsync($"{UploadSetup.Jobs}/{url["jobId"]}/original")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Url_TakesOneFileOnly()
    {
        using var client = await shared.NewOrganizationAsync();
        var url = (await client.PostAsync(Urls, UploadSetup.Request(2))).Object;

        (await UploadSetup.SendAsync(url, "[]"u8.ToArray())).Status.ShouldBe(HttpStatusCode.OK);
        var (status, text) = await UploadSetup.SendAsync(url, "[]"u8.ToArray());

        status.ShouldBe(HttpStatusCode.Conflict);
        text.ShouldContain("The file has already been uploaded");
    }

    [Theory]
    [InlineData("[", HttpStatusCode.BadRequest)]
    [InlineData("[ ]", HttpStatusCode.BadRequest)]
    public async Task File_OfAnotherLength_FailsTheJob(string file, HttpStatusCode expected)
    {
        using var client = await shared.NewOrganizationAsync();
        var url = (await client.PostAsync(Urls, UploadSetup.Request(2))).Object;

        (await UploadSetup.SendAsync(url, Encoding.UTF8.GetBytes(file))).Status.ShouldBe(expected);

        var job = (await client.GetAsync($"{UploadSetup.Jobs}/{url["jobId"]}")).Object;
        $"{job["status"]} {job["failureReason"]}".ShouldBe("failed The file must have 2 bytes");
        (await UploadSetup.SendAsync(url, "[]"u8.ToArray())).Status.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task File_LargerThanAnything_FailsTheJobWithoutBeingRead()
    {
        using var client = await shared.NewOrganizationAsync();
        var url = (await client.PostAsync(Urls, UploadSetup.Request(2))).Object;

        (await UploadSetup.SendAsync(url, new byte[100_000])).Status
            .ShouldBe(HttpStatusCode.RequestEntityTooLarge);

        ((string?)(await client.GetAsync($"{UploadSetup.Jobs}/{url["jobId"]}")).Object["status"]).ShouldBe("failed");
    }

    [Fact]
    public async Task Url_AfterAMinute_IsForbiddenAndCountsNoLonger()
    {
        var clock = new FakeClock(Instant.FromUtc(2026, 3, 1, 0, 0));
        await using var server = await ApiServer.StartAsync(clock: clock);
        var url = (await server.Client.PostAsync(Urls, UploadSetup.Request(2))).Object;
        for (var other = 1; other < MeasurementUploads.MaxRunning; other++)
            await server.Client.PostAsync(Urls, UploadSetup.Request(2));
        (await server.Client.PostAsync(Urls, UploadSetup.Request(2))).Status.ShouldBe(HttpStatusCode.TooManyRequests);

        clock.AdvanceMinutes(1);

        (await UploadSetup.SendAsync(url, "[]"u8.ToArray())).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await server.Client.PostAsync(Urls, UploadSetup.Request(2))).Status.ShouldBe(HttpStatusCode.OK);
        ((string?)(await server.Client.GetAsync($"{UploadSetup.Jobs}/{url["jobId"]}")).Object["status"])
            .ShouldBe("notUploaded");
    }

    [Fact]
    public async Task Jobs_Listed_AreNewestFirstInPagesAndByDate()
    {
        var clock = new FakeClock(Instant.FromUtc(2026, 3, 1, 0, 0));
        await using var server = await ApiServer.StartAsync(clock: clock);
        var ids = new List<string>();
        for (var number = 0; number < 4; number++)
        {
            ids.Add((string)(await server.Client.PostAsync(Urls, UploadSetup.Request(2))).Object["jobId"]!);
            clock.AdvanceHours(1);
        }
        ids.Reverse();

        (await ListAsync("")).ShouldBe(ids);
        (await ListAsync("&fileKey=x")).ShouldBe(ids);
        (await ListAsync("&dateCreatedStart=2026-03-01T01:00:00Z&dateCreatedEnd=2026-03-01T03:00:00Z"))
            .ShouldBe(ids[1..3]);
        (await ListAsync("&dateCreatedStart=2026-03-01T04:00:00Z")).ShouldBeEmpty();
        var answer = await server.Client.GetAsync($"{UploadSetup.Jobs}?dateCreatedEnd=soon&pageSize=101");
        answer.Faults.ShouldBe(["range pageSize", "date dateCreatedEnd"]);

        async Task<IReadOnlyList<string>> ListAsync(string query)
        {
            var all = new List<string>();
            string? token = "";
            while (token is not null)
            {
                var page = await server.Client.GetAsync($"{UploadSetup.Jobs}?pageSize=3&nextToken={token}{query}");
                all.AddRange(page.Data.Select(job => (string)job["id"]!));
                token = (string?)page.Object["nextToken"];
            }
            return all;
        }
    }

    [Fact]
    public async Task Original_OfAnUploadedFile_IsTheFileByteForByte()
    {
        using var client = await shared.NewOrganizationAsync();
        using var stranger = await shared.NewOrganizationAsync();
        var file = UploadSetup.Gzip("[ ]");
        var job = await new UploadSetup(client).UploadAsync(file);

        var original = (await client.GetAsync($"{UploadSetup.Jobs}/{job["id"]}/original")).Object;

        original.Select(member => member.Key).ShouldBe(["jobId", "url", "headers"]);
        using var http = new HttpClient();
        (await http.GetByteArrayAsync(new Uri((string)original["url"]!), Token)).ShouldBe(file);
        (await stranger.GetAsync($"{UploadSetup.Jobs}/{job["id"]}")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await stranger.GetAsync($"{UploadSetup.Jobs}/{job["id"]}/original")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Original_OfAFileThatIsNoLongerKept_Is404()
    {
        await using var server = await ApiServer.StartAsync();
        var job = await new UploadSetup(server.Client).UploadAsync("[]");
        var key = MeasurementUploads.KeyOf(server.OrganizationId, (string)job["id"]!);
        (await server.Service<IFileStore>().FindAsync(key, Token))!.Expiry.ShouldNotBeNull();

        await server.Service<IFileStore>().DeleteAsync(key, Token);

        (await server.Client.GetAsync($"{UploadSetup.Jobs}/{job["id"]}/original"))
            .Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Job_ThatDoesNotExist_Is404()
    {
        using var client = await shared.NewOrganizationAsync();

        (await client.GetAsync($"{UploadSetup.Jobs}/{Guid.NewGuid()}")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await client.GetAsync($"{UploadSetup.Jobs}/x/original")).Status.ShouldBe(HttpStatusCode.NotFound);
    }
}
