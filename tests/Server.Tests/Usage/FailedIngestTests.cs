using System.Net;
using System.Text.Json.Nodes;
using NodaTime;
using NodaTime.Testing;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.Usage;

/// <summary>What failed after it was accepted is found as an event, downloaded, mended and sent again.</summary>
public sealed class FailedIngestTests(SqliteServer shared)
{
    private const string Failures = "events?eventType=IngestValidationFailure";

    private static readonly string[] Faulty =
    [
        "nothing acme 2025-03-01 measure.n=1",
        "calls acme 2025-03-01 measure.n=2 what.n=x",
        "calls acme 2025-03-01 cost.other=3",
        "calls ACME 2025-03-01 measure.n=4",
    ];

    [Fact]
    public async Task Account_WhereNoneIsCreatedAutomatically_IsAFailure()
    {
        await using var own = await ApiServer.StartAsync(settings: ["--TALLYSTICK_AUTOMATIC_ACCOUNTS", "0"]);
        var usage = new MeteredUsage(own.Client);
        await usage.MeterAsync("calls", "measure.n");
        await own.Client.PostAsync("accounts", """{"code":"acme","name":"Acme","emailAddress":"a@example.com"}""");

        await usage.SubmitAsync("calls nobody 2025-03-01 measure.n=1", "calls acme 2025-03-01 measure.n=2");

        (await usage.QueryAsync("\"limit\":10")).Data.Single()["accountCode"]!.GetValue<string>().ShouldBe("acme");
        var details = Details((await own.Client.GetAsync(Failures)).Data.Single());
        ((string?)details["type"]).ShouldBe("InvalidAccountCode");
        ((string?)details["message"]).ShouldStartWith(
            "Account 'nobody' does not exist and was not created: ");
    }

    [Fact]
    public async Task Events_OfEachFailure_TellTypeAndPlace()
    {
        using var client = await shared.NewOrganizationAsync();
        await FailAsync(client);

        var events = (await client.GetAsync("events?eventName=ingest.validation.failure")).Data;

        events.Select(one => $"{one["eventName"]} {Details(one)["type"]} {Details(one)["field"]} {Details(one)["uid"]}")
            .ShouldBe(
            [
                "ingest.validation.failure DuplicateUid  ok",
                "ingest.validation.failure InvalidAccountCode  f3",
                "ingest.validation.failure MissingField measure.n f2",
                "ingest.validation.failure DuplicateField n f1",
                "ingest.validation.failure UndefinedMeter  f0",
            ]);
        events.ShouldAllBe(one => one.ContainsKey("dtActioned") && one["dtActioned"] == null);
        foreach (var one in events)
        {
            (await client.GetAsync($"events/{one["id"]}")).Object.ToJsonString().ShouldBe(one.ToJsonString());
            Guid.Parse((string)one["id"]!).Version.ShouldBe(8);
        }
    }

    [Theory]
    [InlineData("eventType=IngestValidationFailure", 5)]
    [InlineData("eventType=Notification", 0)]
    [InlineData("eventName=configuration.meter.deleted", 0)]
    [InlineData("resourceId=x", 0)]
    [InlineData("notificationCode=x", 0)]
    [InlineData("eventType=IngestValidationFailure&accountId={account}", 1)]
    [InlineData("accountId=nobody", 0)]
    [InlineData("ids={id},00000000-0000-8000-8000-000000000000,x", 1)]
    public async Task Events_Filtered_AreThoseThatMatch(string filter, int expected)
    {
        using var client = await shared.NewOrganizationAsync();
        var account = await FailAsync(client);
        var id = (string)(await client.GetAsync(Failures + "&pageSize=1")).Data[0]["id"]!;

        var answer = await client.GetAsync("events?" + filter
            .Replace("{account}", account, StringComparison.Ordinal).Replace("{id}", id, StringComparison.Ordinal));

        answer.Data.Count.ShouldBe(expected);
    }

    [Theory]
    [InlineData("pageSize=101", "range pageSize")]
    [InlineData("eventType=Nonsense", "unknown_value eventType")]
    [InlineData("includeActioned=maybe", "type includeActioned")]
    [InlineData("ids=a&accountId=b", "contradiction ids")]
    [InlineData("nextToken=x", "token nextToken")]
    public async Task Events_AskedForWrongly_AreRefused(string query, string fault)
    {
        using var client = await shared.NewOrganizationAsync();

        var answer = await client.GetAsync($"events?{query}");

        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer.Faults.ShouldBe([fault]);
    }

    [Fact]
    public async Task Events_InPages_AreAllThereOnce()
    {
        using var client = await shared.NewOrganizationAsync();
        await FailAsync(client);
        var all = (await client.GetAsync(Failures)).Data.Select(one => (string)one["id"]!).ToList();

        var paged = new List<string>();
        string? token = null;
        do
        {
            var page = await client.GetAsync($"{Failures}&pageSize=2&nextToken={token}");
            page.Data.Count.ShouldBeLessThanOrEqualTo(2);
            paged.AddRange(page.Data.Select(one => (string)one["id"]!));
            token = (string?)page.Object["nextToken"];
        }
        while (token is not null);

        paged.ShouldBe(all);
        all.Count.ShouldBe(5);
    }

    [Fact]
    public async Task Event_MarkedAsActioned_IsLeftOutOfTheOpenOnes()
    {
        using var client = await shared.NewOrganizationAsync();
        using var foreign = await shared.NewOrganizationAsync();
        await FailAsync(client);
        var id = (string)(await client.GetAsync(Failures + "&pageSize=1")).Data[0]["id"]!;

        (await foreign.SendAsync(HttpMethod.Put, $"events/{id}/actioned", null)).Status
            .ShouldBe(HttpStatusCode.NotFound);
        var marked = (await client.SendAsync(HttpMethod.Put, $"events/{id}/actioned", null)).Object;
        var again = (await client.SendAsync(HttpMethod.Put, $"events/{id}/actioned", null)).Object;

        ((string?)marked["dtActioned"]).ShouldNotBeNullOrEmpty();
        again.ToJsonString().ShouldBe(marked.ToJsonString());
        (await client.GetAsync(Failures)).Data.Count.ShouldBe(5);
        var open = (await client.GetAsync(Failures + "&includeActioned=false")).Data;
        open.Count.ShouldBe(4);
        open.ShouldAllBe(one => (string?)one["id"] != id);
        (await client.SendAsync(HttpMethod.Put, "events/nobody/actioned", null)).Status
            .ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task EventTypesAndFields_AreListed()
    {
        using var client = await shared.NewOrganizationAsync();

        (await client.GetAsync("events/types")).Object["events"]!.AsArray().Select(name => (string?)name)
            .ShouldContain("ingest.validation.failure");
        var fields = (await client.GetAsync("events/fields")).Object["events"]!["ingest.validation.failure"]!;
        fields.AsObject().Select(field => field.Key).ShouldContain("new.getDownloadUrl");
        (await client.GetAsync("events/fields?eventName=x")).Object.ToJsonString().ShouldBe("""{"events":{}}""");
    }

    [Fact]
    public async Task Download_OfAFailure_CanBeMendedAndSentAgain()
    {
        using var client = await shared.NewOrganizationAsync();
        await FailAsync(client);
        var failed = (await client.GetAsync(Failures)).Data.Single(one => (string?)Details(one)["uid"] == "f2");

        var file = await DownloadAsync(await UrlAsync(client, failed));

        file["type"]!.GetValue<string>().ShouldBe("MissingField");
        file["message"]!.GetValue<string>().ShouldBe("The meter 'calls' requires a value for 'measure.n'.");
        file["field"]!.GetValue<string>().ShouldBe("measure.n");
        file["receivedAt"]!.GetValue<string>().ShouldBe((string?)failed["eventTime"]);
        var measurement = file["measurement"]!.AsObject();
        measurement.ToJsonString().ShouldBe(
            """{"uid":"f2","meter":"calls","account":"acme","ts":"2025-03-01T00:00:00Z","cost":{"other":3}}""");
        measurement["measure"] = new JsonObject { ["n"] = 32 };
        measurement.Remove("cost");
        var usage = new MeteredUsage(client);
        (await usage.PostAsync(measurement.DeepClone().AsObject())).Status.ShouldBe(HttpStatusCode.OK);
        (await usage.QueryAsync("\"limit\":10")).Data.Select(row => $"{row["uid"]} {row["n"]}")
            .ShouldBe(["f2 32", "ok 8"]);
    }

    [Fact]
    public async Task Download_TamperedForeignOrExpired_IsRefused()
    {
        var clock = new FakeClock(Instant.FromUtc(2025, 3, 1, 12, 0));
        await using var server = await ApiServer.StartAsync(clock: clock);
        using var foreign = await server.AddOrganizationAsync();
        await FailAsync(server.Client);
        await FailAsync(foreign);
        var failed = (await server.Client.GetAsync(Failures)).Data[0];
        var other = (await server.Client.GetAsync(Failures)).Data[1];
        var file = FileOf(failed);
        var url = await UrlAsync(server.Client, failed);

        foreach (var unknown in new[]
        {
            FileOf((await foreign.GetAsync(Failures)).Data[0]), "../../documents.sqlite", "failed-ingest/../x.json",
            file + "x", "failed-ingest/../" + file, "/",
        })
        {
            var path = $"measurements/failedIngest/getDownloadUrl?file={Uri.EscapeDataString(unknown)}";
            (await server.Client.GetAsync(path)).Status.ShouldBe(HttpStatusCode.NotFound, unknown);
        }
        (await server.Client.GetAsync("measurements/failedIngest/getDownloadUrl")).Faults.ShouldBe(["required file"]);
        (await StatusAsync(url)).ShouldBe(HttpStatusCode.OK);
        foreach (var tampered in new[]
        {
            url.Replace((string)failed["id"]!, (string)other["id"]!, StringComparison.Ordinal),
            url.Replace(server.OrganizationId, foreign.OrganizationId, StringComparison.Ordinal),
            url.Replace("expires=1", "expires=2", StringComparison.Ordinal),
            url[..^1] + (url[^1] == 'A' ? 'E' : 'A'),
            url[..url.IndexOf('?', StringComparison.Ordinal)],
            url.Replace("signature=", "signature=%21", StringComparison.Ordinal),
        })
            (await StatusAsync(tampered)).ShouldBe(HttpStatusCode.Forbidden, tampered);
        clock.AdvanceMinutes(5);
        (await StatusAsync(url)).ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Events_After28Days_AreGone()
    {
        var clock = new FakeClock(Instant.FromUtc(2025, 3, 1, 12, 0));
        await using var server = await ApiServer.StartAsync(clock: clock);
        await FailAsync(server.Client);
        var id = (string)(await server.Client.GetAsync(Failures)).Data[0]["id"]!;

        clock.AdvanceDays(28);
        await server.Client.SignInAsync(server.AccessKeyId, server.ApiSecret);
        (await server.Client.GetAsync($"events/{id}")).Status.ShouldBe(HttpStatusCode.OK);
        clock.AdvanceNanoseconds(1);

        (await server.Client.GetAsync(Failures)).Data.ShouldBeEmpty();
        (await server.Client.GetAsync($"events/{id}")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    // One measurement is stored; five fail, each for another reason. Returns the account's UUID.
    private static async Task<string> FailAsync(ApiClient client)
    {
        var usage = new MeteredUsage(client);
        await usage.MeterAsync("calls", "measure.n");
        await usage.PostAsync(MeteredUsage.Measurement("calls acme 2025-03-01 measure.n=8", "ok"));
        foreach (var (index, text) in Faulty.Index())
            await usage.PostAsync(MeteredUsage.Measurement(text, $"f{index}"));
        await usage.PostAsync(MeteredUsage.Measurement("calls acme 2025-03-01 measure.n=16", "ok"));
        // The query waits until all are loaded.
        return (string)(await usage.QueryAsync("\"limit\":10")).Data.Single()["accountId"]!;
    }

    private static JsonNode Details(JsonObject one) => one["m3terEvent"]!["eventData"]!["newDto"]!;

    private static string FileOf(JsonObject one) => Uri.UnescapeDataString(
        new Uri((string)one["m3terEvent"]!["getDownloadUrl"]!).Query["?file=".Length..]);

    private static async Task<string> UrlAsync(ApiClient client, JsonObject one)
    {
        using var request =
            new HttpRequestMessage(HttpMethod.Get, (string)one["m3terEvent"]!["getDownloadUrl"]!);
        return (string)(await client.AnswerAsync(request)).Object["url"]!;
    }

    private static async Task<JsonObject> DownloadAsync(string url)
    {
        using var http = new HttpClient();
        return JsonNode.Parse(await http.GetStringAsync(url, TestContext.Current.CancellationToken))!.AsObject();
    }

    private static async Task<HttpStatusCode> StatusAsync(string url)
    {
        using var http = new HttpClient();
        using var response = await http.GetAsync(url, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }
}
