using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;
using NodaTime.Testing;
using Tallystick.Metering.LookupTables;
using Tallystick.Server.Hosting;
using Tallystick.Server.Tests.Api;
using Tallystick.Testing;

namespace Tallystick.Server.Tests.LookupTables;

/// <summary>Data of revisions as files, copies, and the jobs that this makes.</summary>
public sealed class LookupFileTests(SqliteServer server)
{
    private const string Csv = "text/csv";
    private const string JsonLines = "application/jsonl";

    [Theory]
    [InlineData(Csv, "rate,country\r\n0.8,UK\r\n,\"a \"\"b\"\", c\"\n1.25,FR\r\n")]
    [InlineData(Csv, "country,rate\nUK,0.8\n\"a \"\"b\"\", c\",\nFR,1.25")]
    [InlineData(JsonLines, """
        {"country":"UK","rate":0.8}
        {"country":"a \"b\", c","rate":null}

        {"country":"FR","rate":1.25}
        """)]
    public async Task File_Uploaded_IsTheDataAndComesBack(string contentType, string file)
    {
        using var client = await server.NewOrganizationAsync();
        var revision = await LookupSetup.MakeAsync(client);
        await revision.PutAsync("""[{"country":"UK","rate":9,"zone":"x"},{"country":"US","rate":2}]""");

        var job = await revision.UploadAsync(file, contentType);

        ((string?)job["status"]).ShouldBe("SUCCEEDED", (string?)job["failureReason"]);
        (await DownloadAsync(client, revision, Csv)).ShouldBe(
            "country,rate,zone\r\nUK,0.8,\r\nUS,2,\r\n\"a \"\"b\"\", c\",,\r\nFR,1.25,\r\n");
        (await DownloadAsync(client, revision, JsonLines)).Split('\n').Select(Sorted).ShouldBe(
        [
            """{"country":"UK","rate":0.8}""", """{"country":"US","rate":2}""", """{"country":"a \"b\", c"}""",
            """{"country":"FR","rate":1.25}""", "",
        ]);
    }

    [Theory]
    [InlineData(Csv, "country,rate\nUK,1\nF?,1\n")]
    [InlineData(JsonLines, "{\"country\":\"UK\"}\n\n{\"country\":\"F?\"}")]
    public async Task File_NotUtf8_FailsItsJobByLine(string contentType, string file)
    {
        using var client = await server.NewOrganizationAsync();
        var revision = await LookupSetup.MakeAsync(client);
        var bytes = Encoding.UTF8.GetBytes(file);
        bytes[Array.IndexOf(bytes, (byte)'?')] = 0xff;

        var job = await revision.UploadAsync(bytes, contentType);

        ((string?)job["status"]).ShouldBe("FAILED");
        ((string?)job["failureReason"]).ShouldNotBeNull().ShouldContain("line 3: must be valid UTF-8");
    }

    [Fact]
    public async Task File_OfUtf16_FailsItsJob()
    {
        using var client = await server.NewOrganizationAsync();
        var revision = await LookupSetup.MakeAsync(client);

        var job = await revision.UploadAsync(
            [0xff, 0xfe, .. Encoding.Unicode.GetBytes("country,rate\nUK,1\n")], Csv);

        ((string?)job["status"]).ShouldBe("FAILED");
        ((string?)job["failureReason"]).ShouldNotBeNull().ShouldContain("line 1: must be valid UTF-8");
    }

    [Theory]
    [InlineData(Csv, "", "line 1: must contain the field names")]
    [InlineData(Csv, "country,price\nUK,1\n", "the revision has no field 'price'")]
    [InlineData(Csv, "country,country\nUK,1\n", "contains duplicate field names")]
    [InlineData(Csv, "country,rate\nUK,1\nFR\n", "line 3: must have 2 values")]
    [InlineData(Csv, "country,rate\nUK,1\nFR,x\n", "line 3.rate: must be a number")]
    [InlineData(Csv, "country,rate\nUK,1\nF\"R,1\n", "line 3: must have 2 values, quoted as in RFC 4180")]
    [InlineData(Csv, "rate\n1\n", "line 2.country: is required")]
    [InlineData(JsonLines, "{\"country\":\"UK\"}\n{\"rate\":1}", "line 2.country: is required")]
    [InlineData(JsonLines, "{\"country\":\"UK\"}\n{", "line 2: must be a JSON object")]
    [InlineData(JsonLines, "[1]", "must be an object")]
    [InlineData(JsonLines, "{\"country\":\"UK\",\"country\":\"FR\"}", "line 1.country: appears more than once")]
    [InlineData(JsonLines, "{\"country\":\"UK\"},\"x\":{}", "line 1: must be a JSON object")]
    public async Task File_Faulty_FailsItsJobByLineAndChangesNothing(string contentType, string file, string reason)
    {
        using var client = await server.NewOrganizationAsync();
        var revision = await LookupSetup.MakeAsync(client);
        await revision.PutAsync("""[{"country":"US","rate":2}]""");

        var job = await revision.UploadAsync(file.Length == 0 ? "\n" : file, contentType);

        ((string?)job["status"]).ShouldBe("FAILED");
        ((string?)job["failureReason"])!.ShouldContain(reason);
        (await revision.ItemsAsync()).ShouldBe(["""{"country":"US","rate":2}"""]);
    }

    [Fact]
    public async Task File_FaultyInItsLastLine_ChangesNothing()
    {
        using var client = await server.NewOrganizationAsync();
        var revision = await LookupSetup.MakeAsync(client);
        var lines = Enumerable.Range(0, 2500).Select(number => $"c{number},{number}\n");

        var job = await revision.UploadAsync($"country,rate\n{string.Concat(lines)}last,x\n", Csv);

        ((string?)job["failureReason"])!.ShouldContain("line 2502.rate");
        (await revision.ItemsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task File_OfManyLines_IsTakenInAndCopiedWhole()
    {
        using var client = await server.NewOrganizationAsync();
        var revision = await LookupSetup.MakeAsync(client);
        var lines = Enumerable.Range(0, 4500).Select(number => $"c{number},{number}\n");
        var file = "country,rate\n" + string.Concat(lines);

        (await revision.UploadAsync(file, Csv))["status"]!.GetValue<string>().ShouldBe("SUCCEEDED");
        var copy = (await client.PostAsync($"{revision.Data}/copy", "")).Object;
        await revision.EndedAsync((string)copy["jobId"]!);

        var copied = (await client.GetAsync($"{revision.Revisions}/{copy["revisionId"]}")).Object;
        ((string?)copied["name"]).ShouldBe("First Copy");
        ((string?)copied["status"]).ShouldBe("DRAFT");
        ((int)copied["itemCount"]!).ShouldBe(4500);
        (await DownloadAsync(client, revision, Csv)).Length.ShouldBe(
            "country,rate,zone\r\n".Length + file.Length - "country,rate\n".Length + (2 * 4500));
    }

    [Fact]
    public async Task Copy_IntoADraft_KeepsItsOtherItemsAndNeedsTheSameSchema()
    {
        using var client = await server.NewOrganizationAsync();
        var source = await LookupSetup.MakeAsync(client);
        await source.PutAsync("""[{"country":"UK","rate":1}]""");
        var target = await source.NextAsync();
        await target.PutAsync("""[{"country":"FR","rate":2}]""");
        var other = await source.NextAsync(LookupSetup.ByTierAndCountry);
        Task<ApiAnswer> CopyTo(string id) =>
            client.PostAsync($"{source.Data}/copy", $$"""{"revisionId":"{{id}}"}""");

        var job = await source.EndedAsync((string)(await CopyTo(target.RevisionId)).Object["jobId"]!);

        ((string?)job["type"]).ShouldBe("COPY");
        ((string?)job["destinationLookupTableRevisionId"]).ShouldBe(target.RevisionId);
        (await target.ItemsAsync()).ShouldBe(["""{"country":"FR","rate":2}""", """{"country":"UK","rate":1}"""]);
        (await CopyTo(other.RevisionId)).Faults.ShouldBe(["schema revisionId"]);
        (await CopyTo(source.RevisionId)).Faults.ShouldBe(["contradiction revisionId"]);
        (await CopyTo("nothing")).Faults.ShouldBe(["unknown_reference revisionId"]);
        await target.MoveAsync("PUBLISHED");
        (await CopyTo(target.RevisionId)).Faults.ShouldBe(["not_draft "]);
    }

    [Fact]
    public async Task Jobs_OfARevision_AreListedReadAndDeleted()
    {
        using var client = await server.NewOrganizationAsync();
        using var stranger = await server.NewOrganizationAsync();
        var revision = await LookupSetup.MakeAsync(client);
        var other = await revision.NextAsync();
        var upload = (string)(await revision.AskForUploadAsync(1, Csv))["jobId"]!;
        var download = (await client.PostAsync($"{revision.Data}/jobs/download", """{"contentType":"text/csv"}"""))
            .Object["jobId"]!.GetValue<string>();

        var page = await client.GetAsync($"{revision.Data}/jobs?pageSize=1");
        ((string?)page.Data.Single()["id"]).ShouldBe(download);
        var rest = await client.GetAsync($"{revision.Data}/jobs?pageSize=1&nextToken={page.Object["nextToken"]}");
        ((string?)rest.Data.Single()["id"]).ShouldBe(upload);
        ((string?)rest.Data[0]["status"]).ShouldBe("PENDING");
        (await client.GetAsync($"{revision.Data}/jobs?pageSize=101")).Faults.ShouldBe(["range pageSize"]);
        (await client.GetAsync($"{other.Data}/jobs")).Data.ShouldBeEmpty();
        (await client.GetAsync($"{other.Data}/jobs/{upload}")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await stranger.GetAsync($"{revision.Data}/jobs/{upload}")).Status.ShouldBe(HttpStatusCode.NotFound);

        (await client.DeleteAsync($"{revision.Data}/jobs/{upload}")).Object["type"]!.GetValue<string>()
            .ShouldBe("UPLOAD");
        (await client.GetAsync($"{revision.Data}/jobs/{upload}")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task UploadUrl_TakesOneFileOfTheLengthThatWasSaid()
    {
        using var client = await server.NewOrganizationAsync();
        var revision = await LookupSetup.MakeAsync(client);
        const string file = "country\nUK\n";
        var asked = await revision.AskForUploadAsync(file.Length, Csv);
        var url = (string)asked["url"]!;

        ((string?)asked["headers"]!["Content-Type"]).ShouldBe(Csv);
        (await LookupSetup.SendAsync(url + "x", file)).ShouldBe(HttpStatusCode.Forbidden);
        (await LookupSetup.SendAsync(url.Replace("expires=", "expires=9", StringComparison.Ordinal), file))
            .ShouldBe(HttpStatusCode.Forbidden);
        (await LookupSetup.SendAsync(url, file + "\n\n")).ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await LookupSetup.SendAsync(url, file[1..])).ShouldBe(HttpStatusCode.BadRequest);
        (await LookupSetup.SendAsync(url, file)).ShouldBe(HttpStatusCode.OK);
        (await LookupSetup.SendAsync(url, file)).ShouldBe(HttpStatusCode.Conflict);
        await revision.EndedAsync((string)asked["jobId"]!);
        (await revision.ItemsAsync()).ShouldBe(["""{"country":"UK"}"""]);
    }

    [Fact]
    public async Task UploadUrls_ThatAreNotUsed_CountUntilTheirTimeIsOver()
    {
        var clock = new FakeClock(Instant.FromUtc(2026, 3, 1, 12, 0));
        await using var own = await ApiServer.StartAsync(clock: clock);
        var revision = await LookupSetup.MakeAsync(own.Client);
        var first = (string)(await revision.AskForUploadAsync(1, Csv))["jobId"]!;
        for (var number = 1; number < 10; number++)
            await revision.AskForUploadAsync(1, Csv);

        (await own.Client.PostAsync(
            $"{revision.Data}/generateuploadurl", """{"fileName":"f","contentType":"text/csv","contentLength":1}"""))
            .Status.ShouldBe(HttpStatusCode.TooManyRequests);

        clock.AdvanceMinutes(1);
        await revision.AskForUploadAsync(1, Csv);
        (await revision.EndedAsync(first))["failureReason"]!.GetValue<string>()
            .ShouldBe("The file was not uploaded in time");
    }

    [Fact]
    public async Task UploadUrl_UsedTwiceAtATime_TakesOneFile()
    {
        using var client = await server.NewOrganizationAsync();
        var revision = await LookupSetup.MakeAsync(client);
        const string file = "country\nUK\n";
        var url = (string)(await revision.AskForUploadAsync(file.Length, Csv))["url"]!;

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => LookupSetup.SendAsync(url, file)));

        answers.Count(status => status == HttpStatusCode.OK).ShouldBe(1);
        answers.Count(status => status == HttpStatusCode.Conflict).ShouldBe(7);
    }

    [Theory]
    [InlineData("generateuploadurl", """{"contentType":"text/csv","contentLength":1}""", "required fileName")]
    [InlineData("generateuploadurl", """{"fileName":"f","contentType":"text/xml","contentLength":1}""",
        "unknown_value contentType")]
    [InlineData("generateuploadurl", """{"fileName":"f","contentType":"text/csv","contentLength":104857601}""",
        "range contentLength")]
    [InlineData("generateuploadurl", """{"fileName":"f","contentType":"text/csv","contentLength":1,"version":3}""",
        "stale_version version")]
    [InlineData("jobs/download", "{}", "required contentType")]
    [InlineData("archived", """{"contentType":"text/csv"}""", "not_archived ")]
    public async Task File_AskedForWrongly_IsRefused(string path, string body, string fault)
    {
        using var client = await server.NewOrganizationAsync();
        var revision = await LookupSetup.MakeAsync(client);

        (await client.PostAsync($"{revision.Data}/{path}", body)).Faults.ShouldBe([fault]);
        (await client.GetAsync($"{revision.Data}/jobs")).Data.ShouldBeEmpty();
    }

    [Fact]
    public async Task Urls_AfterTheirTimeOrOfOtherData_DoNotWork()
    {
        var clock = new FakeClock(Instant.FromUtc(2026, 5, 1, 0, 0));
        await using var own = await ApiServer.StartAsync(clock: clock);
        var revision = await LookupSetup.MakeAsync(own.Client);
        await revision.PutAsync("""[{"country":"UK","rate":1}]""");
        var upload = (string)(await revision.AskForUploadAsync(1, Csv))["url"]!;
        var download = await DownloadUrlAsync(own.Client, revision, Csv);
        await revision.PutAsync("""[{"country":"UK","rate":2}]""");

        (await LookupSetup.FetchAsync(download)).Status.ShouldBe(HttpStatusCode.NotFound);
        await revision.MoveAsync("PUBLISHED");
        await revision.MoveAsync("ARCHIVED");
        var archived = (await own.Client.PostAsync(
            $"{revision.Data}/archived", """{"contentType":"text/csv"}""")).Object;
        ((string?)archived["expiry"]).ShouldBe("2026-05-01T01:00:00Z");
        (await LookupSetup.FetchAsync((string)archived["url"]!)).Text.ShouldBe("country,rate,zone\r\nUK,2,\r\n");
        clock.AdvanceMinutes(1);
        (await LookupSetup.SendAsync(upload, "x")).ShouldBe(HttpStatusCode.Forbidden);
        clock.AdvanceMinutes(59);
        (await LookupSetup.FetchAsync((string)archived["url"]!)).Status.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Job_InterruptedByAStop_IsRunAtTheNextStart()
    {
        using var data = new TemporaryDirectory();
        string[] args = ["--urls", "http://127.0.0.1:0", "--TALLYSTICK_DATA", data.Path];
        string[] ids;
        await using (var first = await ServerHost.StartAsync(args, SystemClock.Instance))
        {
            ids = await LeaveJobAsync(first);
        }

        await using var second = await ServerHost.StartAsync(args, SystemClock.Instance);

        var related = second.Services.GetRequiredService<LookupStore>().Reader(
            ids[0], TestContext.Current.CancellationToken);
        LookupTableDataJob? job;
        do
            job = await related.FindAsync<LookupTableDataJob>(ids[1]);
        while (job!.Status == LookupTableDataJobStatus.Pending);
        job.Status.ShouldBe(LookupTableDataJobStatus.Succeeded);
        (await related.FindAsync<LookupTableData>(ids[2]))!.ItemCount.ShouldBe(1);
    }

    /// <summary>Makes a copy job that nobody runs, as a stop right after its creation would leave it.</summary>
    /// <returns>Ids of the organization, the job and the revision copied to.</returns>
    private static async Task<string[]> LeaveJobAsync(RunningServer running)
    {
        var credentials = running.FirstCredentials!;
        using var client = new ApiClient(running.Address, credentials.OrganizationId);
        await client.SignInAsync(credentials.AccessKeyId, credentials.ApiSecret!);
        var source = await LookupSetup.MakeAsync(client);
        await source.PutAsync("""[{"country":"UK","rate":1}]""");
        var target = await source.NextAsync();
        var job = await running.Services.GetRequiredService<LookupStore>().ChangeAsync(
            credentials.OrganizationId, "TEST", TestContext.Current.CancellationToken,
            change => change.InsertAsync(new LookupTableDataJob
            {
                LookupTableId = source.TableId,
                RevisionId = source.RevisionId,
                DestinationId = target.RevisionId,
                Type = LookupTableDataJobType.Copy,
                Status = LookupTableDataJobStatus.Pending,
            }));
        (await target.MoveAsync("PUBLISHED")).Faults.ShouldBe(["busy status"]);
        (await client.DeleteAsync($"{source.Data}/jobs/{job.Id}")).Faults.ShouldBe(["running "]);
        return [credentials.OrganizationId, job.Id, target.RevisionId];
    }

    private static async Task<string> DownloadUrlAsync(ApiClient client, LookupSetup revision, string contentType)
    {
        var asked = await client.PostAsync(
            $"{revision.Data}/jobs/download", $$"""{"contentType":"{{contentType}}"}""");
        return (string)(await revision.EndedAsync((string)asked.Object["jobId"]!))["downloadUrl"]!;
    }

    private static async Task<string> DownloadAsync(ApiClient client, LookupSetup revision, string contentType) =>
        (await LookupSetup.FetchAsync(await DownloadUrlAsync(client, revision, contentType))).Text;

    private static string Sorted(string line) => line.Length == 0 ? line : new JsonObject(
        JsonNode.Parse(line)!.AsObject().OrderBy(member => member.Key, StringComparer.Ordinal)
            .Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone())))
        .ToJsonString(new System.Text.Json.JsonSerializerOptions
        {
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        });
}
