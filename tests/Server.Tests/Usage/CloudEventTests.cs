using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.Usage;

/// <summary>CloudEvents are taken as measurements, in every content mode of their HTTP binding.</summary>
public sealed class CloudEventTests(SqliteServer shared)
{
    private const string Structured = "application/cloudevents+json";
    private const string Batched = "application/cloudevents-batch+json";
    private const string Plain = "application/json";

    [Theory]
    [InlineData(Structured)]
    [InlineData(Structured + "; charset=utf-8")]
    [InlineData(Plain)]
    public async Task Event_Structured_IsAMeasurement(string contentType)
    {
        using var client = await shared.NewOrganizationAsync();
        var usage = await CallsAsync(client);

        var answer = await PostAsync(client, contentType, Event("1"));

        answer.Object.ToJsonString().ShouldBe("""{"result":"accepted"}""");
        MeteredUsage.Rows(await usage.QueryAsync("\"limit\":10")).ShouldHaveSingleItem().ShouldBe(
            "{'uid':'svc|1','accountCode':'acme','accountName':'acme-autocreated','meterCode':'calls',"
            + "'ts':'2025-03-01T00:00:00Z','ets':null,'n':1.5,'path':'/x'}");
    }

    [Theory]
    [InlineData(Batched)]
    [InlineData(Plain)]
    public async Task Events_Batched_AreAllMeasurements(string contentType)
    {
        using var client = await shared.NewOrganizationAsync();
        var usage = await CallsAsync(client);

        (await PostAsync(client, contentType, $"[{Event("1")},{Event("2")}]")).Status.ShouldBe(HttpStatusCode.OK);

        (await UidsAsync(usage)).ShouldBe(["svc|1", "svc|2"]);
    }

    [Fact]
    public async Task Event_Binary_IsAMeasurement()
    {
        using var client = await shared.NewOrganizationAsync();
        var usage = await CallsAsync(client);

        var answer = await PostAsync(
            client, Plain, """{"n":"1.5","path":"/x"}""", "ce-specversion: 1.0", "CE-ID: caf%C3%A9", "ce-source: svc",
            "ce-type: calls", "ce-subject: acme", "ce-time: 2025-03-01T00:00:00Z", "ce-traceparent: 00-1");

        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Message);
        (await UidsAsync(usage)).ShouldBe(["svc|café"]);
    }

    [Fact]
    public async Task Events_Compressed_AreMeasurements()
    {
        using var client = await shared.NewOrganizationAsync();
        var usage = await CallsAsync(client);
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(Encoding.UTF8.GetBytes($"[{Event("1")}]"));
        using var request = Request(client, Batched, packed.ToArray());
        request.Content!.Headers.ContentEncoding.Add("gzip");

        (await client.AnswerAsync(request)).Status.ShouldBe(HttpStatusCode.OK);

        (await UidsAsync(usage)).ShouldBe(["svc|1"]);
    }

    [Fact]
    public async Task Event_SentTwice_CountsOnce()
    {
        using var client = await shared.NewOrganizationAsync();
        var usage = await CallsAsync(client);
        var longId = new string('i', 3000);

        foreach (var one in new[] { Event("1"), Event(longId), Event("1", "other"), Event(longId, "other") })
        {
            await PostAsync(client, Structured, one);
            await PostAsync(client, Batched, $"[{one}]");
        }

        var uids = await UidsAsync(usage);
        uids.Count.ShouldBe(4);
        uids.ShouldContain("svc|1");
        uids.ShouldContain("other|1");
        uids.Count(uid => uid.Length == 43).ShouldBe(2);
    }

    [Fact]
    public async Task Event_OfAnUnknownMeter_IsKeptAsAFailure()
    {
        using var client = await shared.NewOrganizationAsync();
        var usage = await CallsAsync(client);

        (await PostAsync(client, Structured, Event("1").Replace("calls", "nothing", StringComparison.Ordinal)))
            .Status.ShouldBe(HttpStatusCode.OK);

        (await UidsAsync(usage)).ShouldBeEmpty();
        var failure = (await client.GetAsync("events?eventType=IngestValidationFailure")).Data.ShouldHaveSingleItem();
        var details = failure["m3terEvent"]!["eventData"]!["newDto"]!;
        ((string?)details["type"]).ShouldBe("UndefinedMeter");
        ((string?)details["uid"]).ShouldBe("svc|1");
    }

    [Theory]
    [InlineData("\"subject\":\"acme\",", "", "required events[1].subject")]
    [InlineData("\"id\":\"2\"", "\"id\":2", "wrong_type events[1].id")]
    [InlineData("2025-03-01T00:00:00Z", "yesterday", "bad_form events[1].time")]
    [InlineData("2025-03-01T00:00:00Z", "2200-03-01T00:00:00Z", "out_of_range events[1].time")]
    [InlineData("\"calls\"", "\" calls\"", "bad_form events[1].type")]
    [InlineData("\"1.5\"", "\"many\"", "wrong_type events[1].data.n")]
    [InlineData("\"1.5\"", "1e99", "out_of_range events[1].data.n")]
    [InlineData("\"/x\"", "\"\\u0000\"", "bad_text events[1].data.path")]
    [InlineData("\"n\":", "\"n\":1,\"n\":", "duplicate events[1].data.n")]
    [InlineData("\"id\":", "\"id\":\"1\",\"id\":", "duplicate events[1].id")]
    public async Task Event_Malformed_RefusesTheRequest(string good, string bad, string fault)
    {
        using var client = await shared.NewOrganizationAsync();
        var usage = await CallsAsync(client);

        var answer = await PostAsync(
            client, Batched, $"[{Event("1")},{Event("2").Replace(good, bad, StringComparison.Ordinal)}]");

        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer.Faults.ShouldBe([fault]);
        (await UidsAsync(usage)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(Structured, "", "json ")]
    [InlineData(Structured, "[]", "wrong_type events[0]")]
    [InlineData(Structured, """{"id":"1","id":"2"}""", "duplicate events[0].id")]
    [InlineData(Batched, "[]", "out_of_range events")]
    [InlineData(Batched, "{}", "wrong_type events")]
    [InlineData(Batched, "[7]", "wrong_type events[0]")]
    [InlineData(Plain, "7", "wrong_type events[0]")]
    public async Task Body_WithoutEvents_IsRefused(string contentType, string body, string fault)
    {
        using var client = await shared.NewOrganizationAsync();

        var answer = await PostAsync(client, contentType, body);

        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer.Faults.ShouldBe([fault]);
    }

    [Theory]
    [InlineData("ce-id: a%FF", "bad_form events[0].id")]
    [InlineData("ce-id: %", "bad_form events[0].id")]
    [InlineData("ce-id: %00", "bad_form events[0].id")]
    [InlineData("ce-id:", "out_of_range events[0].id")]
    [InlineData("ce-x-y: 1", "bad_form events[0].x-y")]
    public async Task Header_Malformed_IsRefused(string header, string fault)
    {
        using var client = await shared.NewOrganizationAsync();

        var answer = await PostAsync(
            client, Plain, "{}", "ce-specversion: 1.0", "ce-source: svc", "ce-type: calls", "ce-subject: acme",
            header.StartsWith("ce-id", StringComparison.Ordinal) ? "ce-y: 1" : "ce-id: 1", header);

        answer.Status.ShouldBe(HttpStatusCode.BadRequest);
        answer.Faults.ShouldBe([fault]);
    }

    [Fact]
    public async Task Events_MoreThanAThousand_AreRefused()
    {
        using var client = await shared.NewOrganizationAsync();
        var usage = await CallsAsync(client);
        var thousand = Enumerable.Range(0, 1000).Select(index => Event($"{index}")).ToList();

        var tooMany = await PostAsync(client, Batched, $"[{string.Join(',', thousand.Append(Event("last")))}]");

        tooMany.Status.ShouldBe(HttpStatusCode.BadRequest);
        tooMany.Faults.ShouldBe(["out_of_range events"]);
        (await PostAsync(client, Batched, $"[{string.Join(',', thousand)}]")).Status.ShouldBe(HttpStatusCode.OK);
        (await UidsAsync(usage, 2000)).Count.ShouldBe(1000);
    }

    [Fact]
    public async Task Body_TooLarge_IsRefused()
    {
        using var client = await shared.NewOrganizationAsync();

        (await PostAsync(client, Structured, Event(new string('i', 512_000)))).Status
            .ShouldBe(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/cloudevents+xml")]
    [InlineData("application/cloudevents-other+json")]
    public async Task ContentType_OfNoMode_IsNotSupported(string contentType)
    {
        using var client = await shared.NewOrganizationAsync();

        var plain = await PostAsync(client, contentType, Event("1"));
        var binary = await PostAsync(client, contentType, "{}", "ce-specversion: 1.0");

        plain.Status.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        plain.Message.ShouldBe($"The Content-Type must be {Structured}, {Batched} or application/json.");
        binary.Status.ShouldBe(HttpStatusCode.UnsupportedMediaType);
    }

    private static async Task<MeteredUsage> CallsAsync(ApiClient client)
    {
        var usage = new MeteredUsage(client);
        await usage.MeterAsync("calls", "measure.n", "what.path");
        return usage;
    }

    private static string Event(string id, string source = "svc") =>
        $$"""
        {"specversion":"1.0","id":"{{id}}","source":"{{source}}","type":"calls","subject":"acme",
        "time":"2025-03-01T00:00:00Z","data":{"n":"1.5","path":"/x"} }
        """;

    private static async Task<IReadOnlyList<string>> UidsAsync(MeteredUsage usage, int limit = 10) =>
    [
        .. (await usage.QueryAsync($"\"limit\":{limit}")).Data.Select(row => (string)row["uid"]!)
            .Order(StringComparer.Ordinal),
    ];

    private static async Task<ApiAnswer> PostAsync(
        ApiClient client, string contentType, string body, params string[] headers)
    {
        using var request = Request(client, contentType, Encoding.UTF8.GetBytes(body), headers);
        return await client.AnswerAsync(request);
    }

    private static HttpRequestMessage Request(
        ApiClient client, string contentType, byte[] body, params string[] headers)
    {
        var path = $"organizations/{client.OrganizationId}/measurements/cloudevents";
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        foreach (var header in headers)
        {
            var parts = header.Split(':', 2);
            request.Headers.TryAddWithoutValidation(parts[0], parts[1].Trim()).ShouldBeTrue();
        }
        return request;
    }
}
