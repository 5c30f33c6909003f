using System.Text;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Ingest.Otlp;
using Tallystick.Metering.OtlpMappings;
using Tallystick.Testing;
using static Tallystick.Testing.OtlpMessages;

namespace Tallystick.Metering.Tests.Ingest;

/// <summary>Both encodings of OTLP are read to the same records, and malformed bodies are refused.</summary>
public sealed class OtlpReaderTests
{
    private const string LogsJson = """
        {"resourceLogs":[{"future":{},"resource":{"attributes":[{"key":"customer","value":{"stringValue":"acme"}}]},
        "scopeLogs":[{"scope":{"name":"chat","version":"1.0"},"logRecords":[
        {"timeUnixNano":"1772323200000000001","severityNumber":9,"severityText":"Info","eventName":"used",
        "traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"eee19b7ec3c1b174","body":{"stringValue":"hi"},
        "attributes":[{"key":"n","value":{"intValue":"-7"}},{"key":"m","value":{"intValue":8}},
        {"key":"d","value":{"doubleValue":0.1}},{"key":"t","value":{"boolValue":true}},
        {"key":"b","value":{"bytesValue":"AQI="}},{"key":"e","value":{}},{"key":"l","value":{"arrayValue":{"values":[
        {"stringValue":"x"},{"kvlistValue":{"values":[{"key":"k","value":{"doubleValue":"1.5"}}]}}]}}}],
        "droppedAttributesCount":3,"flags":1,"unknown":[1]},
        {"observedTimeUnixNano":1772323200000000002,"body":null}]}]}]}
        """;

    private const string MetricsJson = """
        {"resourceMetrics":[{"resource":{"attributes":[{"key":"customer","value":{"stringValue":"acme"}}]},
        "scopeMetrics":[{"scope":{"name":"chat","version":"1.0"},"metrics":[
        {"name":"g","gauge":{"dataPoints":[{"startTimeUnixNano":"1772323199999999941",
        "timeUnixNano":"1772323200000000001","asDouble":1.25}]}},
        {"sum":{"dataPoints":[{"startTimeUnixNano":"1772323199999999941","timeUnixNano":"1772323200000000001",
        "asInt":"-3","attributes":[{"key":"k","value":{"stringValue":"v"}}]}],"aggregationTemporality":1,
        "isMonotonic":false},"name":"s"},
        {"name":"h","histogram":{"aggregationTemporality":2,"dataPoints":[{"startTimeUnixNano":"1772323199999999941",
        "timeUnixNano":"1772323200000000001","count":"4","sum":10,"min":1,"max":10,"bucketCounts":["4"]}]}}]}]}]}
        """;

    [Fact]
    public void Logs_InBothEncodings_AreTheSame()
    {
        var first = LogRecord(
            "hi", FirstOfMarch, "used", ("n", -7), ("m", 8), ("d", 0.1), ("t", true), ("b", (byte[])[1, 2]));
        first.Message(6, new ProtobufMessage().Text(1, "e").Message(2, new ProtobufMessage()))
            .Message(6, new ProtobufMessage().Text(1, "l").Message(2, Value(
                (object[])["x", (IReadOnlyList<(string, object)>)[("k", 1.5)]])))
            .Varint(2, 9).Text(3, "Info")
            .Bytes(9, Convert.FromHexString("5b8efff798038103d269b633813fc60c"))
            .Bytes(10, Convert.FromHexString("eee19b7ec3c1b174"))
            .Varint(7, 3).Varint(99, 1).Text(98, "new").Fixed64(97, 1);
        var second = new ProtobufMessage().Fixed64(11, FirstOfMarch + 1);
        var bytes = Request([("customer", "acme")], first, second).ToArray();

        var read = Describe(ProtobufReader.Read(bytes, OtlpSignal.Logs));

        read.ShouldBe(Describe(JsonReader.Read(Encoding.UTF8.GetBytes(LogsJson), OtlpSignal.Logs)));
        read[0].ShouldBe(
            "{customer=acme} chat 1.0 used 1772323200000000001 0 9 Info 5b8efff798038103d269b633813fc60c "
            + "eee19b7ec3c1b174 hi {n=-7 m=8 d=0.1 t=true b=AQI= e= l=[x {k=1.5}]}");
        read[1].ShouldBe("{customer=acme} chat 1.0  0 1772323200000000002 0     {}");
    }

    [Fact]
    public void Metrics_InBothEncodings_AreTheSame()
    {
        var histogram = HistogramPoint(10, 4).Bytes(6, 4, 0, 0, 0, 0, 0, 0, 0);
        var bytes = Request(
            [("customer", "acme")],
            Metric("g", 5, NumberPoint(1.25), null),
            Metric("s", 7, NumberPoint(-3, FirstOfMarch, ("k", "v")), Delta),
            Metric("h", 9, histogram, Cumulative)).ToArray();

        var read = Describe(ProtobufReader.Read(bytes, OtlpSignal.Metrics));

        read.ShouldBe(Describe(JsonReader.Read(Encoding.UTF8.GetBytes(MetricsJson), OtlpSignal.Metrics)));
        read.ShouldBe([
            "{customer=acme} chat 1.0 g 1772323199999999941-1772323200000000001 1.25 1 True {}",
            "{customer=acme} chat 1.0 s 1772323199999999941-1772323200000000001 -3 1 True {k=v}",
            "{customer=acme} chat 1.0 h 1772323199999999941-1772323200000000001 10 4 False {}",
        ]);
    }

    [Fact]
    public void Resource_AfterItsRecords_IsTheirs()
    {
        var group = new ProtobufMessage()
            .Message(2, new ProtobufMessage()
                .Message(2, LogRecord("hi"))
                .Message(1, new ProtobufMessage().Text(1, "s")))
            .Message(1, new ProtobufMessage().Message(
                1, new ProtobufMessage().Text(1, "customer").Message(2, Value("acme"))));

        var request = new ProtobufMessage().Message(1, group).ToArray();
        var record = ProtobufReader.Read(request, OtlpSignal.Logs).All.Single();

        record.Find("customer")!.Text.ShouldBe("acme");
        record.Scope.Name.ShouldBe("s");
    }

    [Fact]
    public void Body_Empty_HasNoRecords()
    {
        ProtobufReader.Read(default, OtlpSignal.Logs).All.ShouldBeEmpty();
        JsonReader.Read("{}"u8.ToArray(), OtlpSignal.Metrics).All.ShouldBeEmpty();
    }

    public static TheoryData<string, byte[]> Hostile => new()
    {
        { "no tag", [0] },
        { "end of a group", [0x0c] },
        { "truncated tag", [0x80] },
        { "truncated length", [0x0a, 0xff] },
        { "length beyond the end", [0x0a, 5, 1] },
        { "negative length", [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1] },
        { "varint of eleven bytes", [0x08, .. Enumerable.Repeat((byte)0xff, 11)] },
        { "message longer than its parent", [0x0a, 3, 0x12, 5, 0, 0, 0, 0, 0] },
        { "nested groups", [.. Enumerable.Repeat((byte)0x0b, 100_000)] },
        { "text that is not UTF-8", Request([], new ProtobufMessage().Bytes(3, 0xff)).ToArray() },
        { "deep value", Request([], new ProtobufMessage().Message(5, Deep(2000))).ToArray() },
        {
            "too many records",
            Request([], [.. Enumerable.Repeat(new ProtobufMessage(), OtlpRecords.Maximum + 1)]).ToArray()
        },
        { "JSON", Encoding.UTF8.GetBytes(LogsJson) },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Protobuf_Hostile_IsRefused(string what, byte[] body)
    {
        var refused = Should.Throw<RefusedException>(() => ProtobufReader.Read(body, OtlpSignal.Logs), what);

        // In our words, not those of the library.
        var message = refused.Issues.ShouldHaveSingleItem().Message;
        message.ShouldStartWith("The request ");
        message.ShouldNotContain("protocol", Case.Insensitive);
        message.ShouldNotContain("CodedInputStream");
    }

    [Theory]
    [InlineData("[]", "wrong_type : The request body must be an object")]
    [InlineData("""{"resourceLogs":{}}""", "wrong_type resourceLogs: must be an array")]
    [InlineData("""{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"soon"}]}]}]}""",
        "wrong_type resourceLogs[0].scopeLogs[0].logRecords[0].timeUnixNano: must be an unsigned 64-bit integer, as a "
        + "number or a string")]
    [InlineData("""{"resourceLogs":[{"resource":{"attributes":[{"key":7}]}}]}""",
        "wrong_type resourceLogs[0].resource.attributes[0].key: must be a string")]
    [InlineData("""{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"traceId":"W47/95gDgQPSabYzgT/GDA=="}]}]}]}""",
        "bad_form resourceLogs[0].scopeLogs[0].logRecords[0].traceId: must be a hexadecimal string")]
    [InlineData("""{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"\ud800"}}]}]}]}""",
        "bad_text resourceLogs[0].scopeLogs[0].logRecords[0].body.stringValue: must be valid Unicode without the "
        + "character U+0000")]
    [InlineData("""{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"intValue":1.5}}]}]}]}""",
        "wrong_type resourceLogs[0].scopeLogs[0].logRecords[0].body.intValue: must be a 64-bit integer, as a number or "
        + "a string")]
    [InlineData("""{"a":1,"a":2}""", "duplicate a: appears more than once")]
    [InlineData("{", "json : The request body is not valid JSON at line 1, byte 2")]
    public void Json_Malformed_IsRefusedByName(string body, string fault)
    {
        var refused = Should.Throw<RefusedException>(
            () => JsonReader.Read(Encoding.UTF8.GetBytes(body), OtlpSignal.Logs));

        var issue = refused.Issues.ShouldHaveSingleItem();
        $"{issue.Code} {issue.Path}: {issue.Message}".ShouldBe(fault);
    }

    [Fact]
    public void Readers_OverMutatedBodies_OnlyRefuse()
    {
        const int bodies = 40_000;
        var seed = Environment.TickCount;
        var random = new Random(seed);
        byte[][] seeds =
        [
            Request([("customer", "acme")], LogRecord("hi", FirstOfMarch, "e", ("a", 1), ("b", (object[])["x", 1.5])))
                .ToArray(),
            Request([], Metric("s", 7, NumberPoint(2.5), Delta), Metric("h", 9, HistogramPoint(1, 1), Delta)).ToArray(),
            Encoding.UTF8.GetBytes(LogsJson),
            Encoding.UTF8.GetBytes(MetricsJson),
        ];
        for (var index = 0; index < bodies; index++)
        {
            var body = Mutated(seeds[random.Next(seeds.Length)], random);
            foreach (var signal in Enum.GetValues<OtlpSignal>())
            {
                foreach (var read in new Func<OtlpRecords>[]
                    { () => ProtobufReader.Read(body, signal), () => JsonReader.Read(body, signal) })
                {
                    try
                    {
                        Describe(read());
                    }
                    catch (RefusedException refused)
                    {
                        refused.Issues.ShouldNotBeEmpty();
                    }
                    catch (Exception fault) when (fault is not ShouldAssertException)
                    {
                        throw new InvalidOperationException(
                            $"seed {seed}, body {index}: {Convert.ToHexString(body)}", fault);
                    }
                }
            }
        }
    }

    private static byte[] Mutated(byte[] seed, Random random)
    {
        var body = seed.ToList();
        for (var mutations = random.Next(1, 4); mutations > 0 && body.Count > 0; mutations--)
        {
            var at = random.Next(body.Count);
            switch (random.Next(4))
            {
                case 0:
                    body[at] = (byte)random.Next(256);
                    break;
                case 1:
                    body.RemoveRange(at, Math.Min(random.Next(1, 8), body.Count - at));
                    break;
                case 2:
                    body.InsertRange(at, body.GetRange(at, Math.Min(random.Next(1, 40), body.Count - at)));
                    break;
                default:
                    body[at] ^= (byte)(1 << random.Next(8));
                    break;
            }
        }
        return [.. body];
    }

    private static ProtobufMessage Deep(int levels)
    {
        var value = Value("x");
        for (var level = 0; level < levels; level++)
            value = new ProtobufMessage().Message(5, new ProtobufMessage().Message(1, value));
        return value;
    }

    private static List<string> Describe(OtlpRecords records) => [.. records.All.Select(record =>
    {
        var scope = $"{Describe(record.Scope.Resource.Attributes)} {record.Scope.Name} {record.Scope.Version}";
        var attributes = Describe(record.Attributes);
        return record.Series is { } series
            ? $"{scope} {record.Name} {record.StartTime}-{record.Time} {record.Value?.Text} {record.Count?.Text} "
                + $"{series.CanBeAdded} {attributes}"
            : $"{scope} {record.Name} {record.Time} {record.ObservedTime} {record.Severity} {record.SeverityText} "
                + $"{record.TraceId} {record.SpanId} {record.Body?.Text} {attributes}";
    })];

    private static string Describe(OtlpAttributes attributes) =>
        $"{{{string.Join(' ', attributes.All.Select(one => $"{one.Key}={Describe(one.Value)}"))}}}";

    private static string Describe(OtlpValue value) => value.Kind switch
    {
        OtlpKind.List => $"[{string.Join(' ', value.Items.Select(Describe))}]",
        OtlpKind.Map => Describe(value.Members!),
        _ => value.Text,
    };
}
