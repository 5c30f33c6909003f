using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Tallystick.Server.Tests.Api;
using Tallystick.Testing;
using static Tallystick.Testing.OtlpMessages;

namespace Tallystick.Server.Tests.Usage;

/// <summary>Usage comes in by the OpenTelemetry protocol, in both encodings, and is counted once.</summary>
public sealed class OtlpTests(SqliteServer shared)
{
    private const string Protobuf = "application/x-protobuf";
    private const string Json = "application/json";

    private const string GenAiLog = """
        {"resourceLogs":[{"resource":{"attributes":[{"key":"customer","value":{"stringValue":"acme"}}]},
        "scopeLogs":[{"logRecords":[{"timeUnixNano":"1772323200000000001","attributes":[
        {"key":"gen_ai.operation.name","value":{"stringValue":"chat"}},
        {"key":"gen_ai.provider.name","value":{"stringValue":"openai"}},
        {"key":"gen_ai.request.model","value":{"stringValue":"m-1"}},
        {"key":"gen_ai.usage.input_tokens","value":{"intValue":"120"}},
        {"key":"gen_ai.usage.output_tokens","value":{"intValue":"30"}}]}]}]}]}
        """;

    [Fact]
    public async Task GenAiLogs_InBothEncodings_AreTokensPerAccountAndModel()
    {
        using var client = await shared.NewOrganizationAsync();
        var (usage, meter) = await GenAiAsync(client, "LOGS", "measure.input_tokens", "measure.output_tokens");
        var other = Request(
            [("customer", "beta")],
            LogRecord("prompt", FirstOfMarch, "gen_ai.client.inference.operation.details",
                ("gen_ai.system", "openai"), ("gen_ai.request.model", "m"), ("gen_ai.response.model", "m-2"),
                ("gen_ai.usage.input_tokens", 7)),
            LogRecord("unrelated"));

        (await PostAsync(client, "logs", Json, Encoding.UTF8.GetBytes(GenAiLog))).ShouldBeAccepted("{}");
        (await PostAsync(client, "logs", Protobuf, other.ToArray())).ShouldBeAccepted("");

        var rows = (await usage.QueryAsync("\"limit\":10", March)).Data
            .OrderBy(row => (string?)row["accountCode"], StringComparer.Ordinal).ToList();
        string[] members = ["accountCode", "ts", "input_tokens", "output_tokens", "model", "provider", "operation"];
        Describe(rows, members).ShouldBe([
            "acme 2026-03-01T00:00:00.000000001Z 120 30 m-1 openai chat",
            "beta 2026-03-01T00:00:00.000000001Z 7 0 m-2 openai unknown",
        ]);
        var sum = await usage.QueryAsync(
            $"\"aggregations\":[{MeteredUsage.Aggregation(meter, "input_tokens", "SUM")}]", March);
        sum.Data.ShouldHaveSingleItem().ToJsonString().ShouldContain("127");
    }

    [Fact]
    public async Task GenAiMetric_OfDeltas_IsTokensByType()
    {
        using var client = await shared.NewOrganizationAsync();
        var (usage, _) = await GenAiAsync(client, "METRICS", "measure.tokens", "what.token_type");
        ProtobufMessage Tokens(string type, double sum, int temporality) => Metric(
            "gen_ai.client.token.usage", 9,
            HistogramPoint(sum, 3, ("gen_ai.token.type", type), ("gen_ai.request.model", "m-1")), temporality);
        var request = Request(
            [("customer", "acme")], Tokens("input", 300, Delta), Tokens("output", 45, Delta),
            Tokens("input", 9000, Cumulative), Metric("other", 5, NumberPoint(1), null));

        var answer = await PostAsync(client, "metrics", Protobuf, request.ToArray());

        var partial = Read(answer.Bytes, 1).ShouldHaveSingleItem();
        Varints(partial, 1).ShouldBe([1]);
        Texts(partial, 2).ShouldHaveSingleItem().ShouldStartWith(
            "Rejected: data point 3, of the metric 'gen_ai.client.token.usage': its values are not deltas; export it "
            + "with delta temporality");
        var rows = (await usage.QueryAsync("\"limit\":10", March)).Data
            .OrderBy(row => (string?)row["token_type"], StringComparer.Ordinal).ToList();
        Describe(rows, "tokens", "token_type", "model", "provider")
            .ShouldBe(["300 input m-1 unknown", "45 output m-1 unknown"]);
    }

    [Theory]
    [InlineData(Protobuf)]
    [InlineData(Json)]
    public async Task Request_SentAgain_CountsOnce(string type)
    {
        using var client = await shared.NewOrganizationAsync();
        var (usage, _) = await GenAiAsync(client, "LOGS", "measure.input_tokens");
        var body = type == Json ? Encoding.UTF8.GetBytes(GenAiLog) : Request(
            [("customer", "acme")], LogRecord(null, FirstOfMarch, null, ("gen_ai.usage.input_tokens", 1))).ToArray();

        (await PostAsync(client, "logs", type, body)).Status.ShouldBe(HttpStatusCode.OK);
        (await PostAsync(client, "logs", type, Zipped(body), "gzip")).Status.ShouldBe(HttpStatusCode.OK);

        (await usage.QueryAsync("\"limit\":10", March)).Data.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Records_ThatCannotBeMeasurements_AreReportedAndOthersAccepted()
    {
        using var client = await shared.NewOrganizationAsync();
        var (usage, _) = await GenAiAsync(client, "LOGS", "measure.input_tokens");
        ProtobufMessage Log(ulong time, params (string, object)[] more) =>
            LogRecord(null, time, null, [("gen_ai.usage.input_tokens", 1), .. more]);
        var body = Request(
            [],
            Log(FirstOfMarch, ("customer", "acme")),
            Log(FirstOfMarch, ("customer", " acme")),
            Log(FirstOfMarch),
            Log(9_000_000_000_000_000_000, ("customer", "acme")),
            Log(FirstOfMarch + 1, ("customer", "acme"))).ToArray();

        var answer = await PostAsync(client, "logs", Protobuf, body);

        var partial = Read(answer.Bytes, 1).ShouldHaveSingleItem();
        Varints(partial, 1).ShouldBe([3]);
        var message = Texts(partial, 2).ShouldHaveSingleItem();
        message.ShouldContain("log record 3: the mapping 'GenAI' finds no account in it");
        message.ShouldContain("log record 2: account must be printable text");
        message.ShouldContain("log record 4: ts must not be more than");
        (await usage.QueryAsync("\"limit\":10", March)).Data.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Records_ReportedInJson_HaveTheFormOfProtobufJson()
    {
        using var client = await shared.NewOrganizationAsync();
        await GenAiAsync(client, "LOGS", "measure.input_tokens");
        var body = GenAiLog.Replace("\"customer\"", "\"nobody\"", StringComparison.Ordinal);

        (await PostAsync(client, "logs", Json, Encoding.UTF8.GetBytes(body))).ShouldBeAccepted(
            "{\"partialSuccess\":{\"rejectedLogRecords\":\"1\",\"errorMessage\":"
            + "\"Rejected: log record 1: the mapping 'GenAI' finds no account in it\"}}");
    }

    [Fact]
    public async Task Organization_WithoutMapping_IsWarned()
    {
        using var client = await shared.NewOrganizationAsync();

        var answer = await PostAsync(client, "logs", Protobuf, Request([], LogRecord("hi")).ToArray());

        var partial = Read(answer.Bytes, 1).ShouldHaveSingleItem();
        Varints(partial, 1).ShouldBeEmpty();
        Texts(partial, 2).ShouldBe(
            ["The organization has no mapping for this signal (otlpmappings); all records were ignored."]);
        (await PostAsync(client, "metrics", Json, "{}"u8.ToArray())).ShouldBeAccepted("{}");
    }

    [Fact]
    public async Task Field_WithoutValue_IsKeptAsAFailure()
    {
        using var client = await shared.NewOrganizationAsync();
        var usage = new MeteredUsage(client);
        var meter = await usage.MeterAsync("calls", "measure.n", "what.path");
        await MappingAsync(client, meter, """
            "match":[{"property":"NAME","value":"call"}],"fields":[
              {"code":"n","constant":"1"},{"code":"path","attributes":["path"]}]
            """);

        var answer = await PostAsync(
            client, "logs", Protobuf,
            Request([("customer", "acme")], LogRecord(null, FirstOfMarch, "call")).ToArray());

        answer.ShouldBeAccepted("");
        (await usage.QueryAsync("\"limit\":10", March)).Data.ShouldBeEmpty();
        var failure = (await client.GetAsync("events?eventType=IngestValidationFailure")).Data.ShouldHaveSingleItem();
        ((string?)failure["m3terEvent"]!["eventData"]!["newDto"]!["type"]).ShouldBe("MissingField");
    }

    [Fact]
    public async Task Mapping_Changed_AppliesToTheNextRequest()
    {
        using var client = await shared.NewOrganizationAsync();
        var usage = new MeteredUsage(client);
        var meter = await usage.MeterAsync("calls", "measure.n");
        var mapping = await MappingAsync(client, meter, """
            "match":[{"property":"NAME","value":"call"}],"fields":[{"code":"n","constant":"1"}]
            """);
        byte[] Call(string body) =>
            Request([("customer", "acme")], LogRecord(body, FirstOfMarch, "call")).ToArray();

        await PostAsync(client, "logs", Protobuf, Call("a"));
        mapping["fields"]![0]!["constant"] = "2.5";
        await client.PutAsync($"otlpmappings/{mapping["id"]}", mapping);
        await PostAsync(client, "logs", Protobuf, Call("b"));
        await client.DeleteAsync($"otlpmappings/{mapping["id"]}");
        await PostAsync(client, "logs", Protobuf, Call("c"));

        var rows = (await usage.QueryAsync("\"limit\":10", March)).Data;
        rows.Select(row => row["n"]!.ToJsonString()).Order(StringComparer.Ordinal).ShouldBe(["1", "2.5"]);
    }

    [Theory]
    [InlineData(Protobuf, "CgEB", null, HttpStatusCode.BadRequest)]
    [InlineData(Json, "e30=", "gzip", HttpStatusCode.BadRequest)]
    [InlineData(Protobuf, "", "deflate", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("text/plain", "", null, HttpStatusCode.UnsupportedMediaType)]
    public async Task Request_Malformed_IsRefusedInItsEncoding(
        string type, string base64, string? encoding, HttpStatusCode status)
    {
        using var client = await shared.NewOrganizationAsync();

        var answer = await PostAsync(client, "logs", type, Convert.FromBase64String(base64), encoding);

        answer.Status.ShouldBe(status);
        answer.Type.ShouldBe(type == Protobuf ? Protobuf : Json);
        if (type == Protobuf)
            Texts(answer.Bytes, 2).ShouldHaveSingleItem().ShouldNotBeEmpty();
        else
            ((string?)JsonNode.Parse(answer.Bytes)!["message"]).ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task Request_WithoutToken_IsRefusedInItsEncoding()
    {
        using var client = await shared.NewOrganizationAsync();
        client.Http.DefaultRequestHeaders.Authorization = null;

        var answer = await PostAsync(client, "metrics", Protobuf, []);

        answer.Status.ShouldBe(HttpStatusCode.Unauthorized);
        Texts(answer.Bytes, 2).ShouldHaveSingleItem().ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Body_TooLarge_IsRefusedAlsoWhenPacked()
    {
        using var client = await shared.NewOrganizationAsync();
        await GenAiAsync(client, "LOGS", "measure.input_tokens");
        var large = Request([("x", new string('x', 2_000_000))], LogRecord("hi")).ToArray();
        var tooLarge = Request([("x", new string('x', 2_097_152))], LogRecord("hi")).ToArray();

        (await PostAsync(client, "logs", Protobuf, large)).ShouldBeAccepted("");
        (await PostAsync(client, "logs", Protobuf, Zipped(large), "gzip")).ShouldBeAccepted("");
        (await PostAsync(client, "logs", Protobuf, tooLarge)).Status.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await PostAsync(client, "logs", Protobuf, Zipped(tooLarge), "gzip")).Status
            .ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    private const string March = "2026-03-01 2026-04-01";

    // A meter with the given fields and those that logs and metrics have in common, and a mapping to it.
    private static async Task<(MeteredUsage Usage, string Meter)> GenAiAsync(
        ApiClient client, string signal, params string[] fields)
    {
        var usage = new MeteredUsage(client);
        var meter = await usage.MeterAsync(
            "tokens", [.. fields, "what.model", "who.provider", "other.operation"]);
        await MappingAsync(client, meter, "\"preset\":\"GEN_AI\"", signal);
        return (usage, meter);
    }

    private static async Task<JsonObject> MappingAsync(
        ApiClient client, string meter, string members, string signal = "LOGS") =>
        (await client.PostAsync("otlpmappings", $$"""
            {"name":"GenAI","signal":"{{signal}}","meterId":"{{meter}}","account":{"attributes":["customer"]},
              {{members}}}
            """)).Object;

    private static string[] Describe(IEnumerable<JsonObject> rows, params string[] members) =>
        [.. rows.Select(row => string.Join(' ', members.Select(member => row[member]!.ToString())))];

    private static byte[] Zipped(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(bytes);
        return packed.ToArray();
    }

    private static async Task<OtlpReply> PostAsync(
        ApiClient client, string signal, string type, byte[] body, string? encoding = null)
    {
        var path = $"organizations/{client.OrganizationId}/measurements/otlp/v1/{signal}";
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        if (encoding is not null)
            content.Headers.ContentEncoding.Add(encoding);
        using var response = await client.Http.PostAsync(path, content, TestContext.Current.CancellationToken);
        return new OtlpReply(
            response.StatusCode, response.Content.Headers.ContentType?.MediaType,
            await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    private static IReadOnlyList<byte[]> Read(byte[] message, int field) =>
        [.. Fields(message).Where(one => one.Field == field).Select(one => one.Bytes)];

    private static IReadOnlyList<string> Texts(byte[] message, int field) =>
        [.. Read(message, field).Select(Encoding.UTF8.GetString)];

    private static IReadOnlyList<long> Varints(byte[] message, int field) => [.. Read(message, field)
        .Select(bytes => long.Parse(Encoding.UTF8.GetString(bytes), CultureInfo.InvariantCulture))];

    // Of a number, its digits.
    private static List<(int Field, byte[] Bytes)> Fields(byte[] message)
    {
        var input = new CodedInputStream(message);
        var fields = new List<(int, byte[])>();
        while (input.ReadTag() is not 0 and var tag)
        {
            var bytes = WireFormat.GetTagWireType(tag) == WireFormat.WireType.Varint
                ? Encoding.UTF8.GetBytes(input.ReadInt64().ToString(CultureInfo.InvariantCulture))
                : input.ReadBytes().ToByteArray();
            fields.Add((WireFormat.GetTagFieldNumber(tag), bytes));
        }
        return fields;
    }

    private sealed record OtlpReply(HttpStatusCode Status, string? Type, byte[] Bytes)
    {
        internal void ShouldBeAccepted(string body)
        {
            Encoding.UTF8.GetString(Bytes).ShouldBe(body);
            Status.ShouldBe(HttpStatusCode.OK);
        }
    }
}
