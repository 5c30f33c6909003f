using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Ingest;
using Tallystick.Metering.Ingest.CloudEvents;
using Tallystick.Metering.Meters;
using Tallystick.Metering.Tests.Harness;

namespace Tallystick.Metering.Tests.Ingest;

/// <summary>What a CloudEvent becomes as a measurement.</summary>
public sealed class CloudEventMappingTests
{
    private const string Required =
        """ "specversion":"1.0","id":"7","source":"svc","type":"m","subject":"acme","time":"2026-03-01T00:00:00Z" """;

    // With "svc|" before it, the 50 characters of the longest uid.
    private const string Longest = "1234567890123456789012345678901234567890123456";

    private static readonly Meter Meter = Make.Meter(
        "m", "measure.n", "cost.c", "income.i", "who.w", "what.t", "where.p", "other.o", "metadata.x");

    [Theory]
    [InlineData("""{"n":1}""", """{"measure":{"n":1}}""")]
    [InlineData("""{"n":1.50,"c":-2,"i":3e2}""", """{"measure":{"n":1.50},"cost":{"c":-2},"income":{"i":3e2}}""")]
    [InlineData(
        """{"n":"1234567890123456789.012345678"}""", """{"measure":{"n":1234567890123456789.012345678}}""")]
    [InlineData("""{"n":"1.50"}""", """{"measure":{"n":1.50}}""")]
    [InlineData("""{"n":"007"}""", """{"measure":{"n":7}}""")]
    [InlineData("""{"n":"1e3"}""", """{"measure":{"n":1000}}""")]
    [InlineData(
        """{"w":"a","t":"b","p":"c","o":"d","x":"e"}""",
        """{"who":{"w":"a"},"what":{"t":"b"},"where":{"p":"c"},"other":{"o":"d"},"metadata":{"x":"e"}}""")]
    [InlineData("""{"t":1.50}""", """{"what":{"t":"1.50"}}""")]
    [InlineData("""{"t":true,"o":false}""", """{"what":{"t":"true"},"other":{"o":"false"}}""")]
    [InlineData("""{"t":"\u00e9\n\"é"}""", """{"what":{"t":"\u00e9\n\"é"}}""")]
    [InlineData("""{"n":null,"t":null}""", "{}")]
    [InlineData("""{"unknown":1,"nested":{"n":2},"N":3,"list":[]}""", "{}")]
    [InlineData("{}", "{}")]
    [InlineData("null", "{}")]
    public void Data_OfAMeter_GoesToItsFields(string data, string expected) =>
        Fields($$"""{ {{Required}}, "data":{{data}} }""", Meter).ShouldBe(expected);

    [Theory]
    [InlineData("""{"n":1.50,"t":"x"}""", """{"measure":{"n":1.50},"other":{"t":"x"}}""")]
    [InlineData("""{"n":"5","yes":true,"no":null}""", """{"other":{"n":"5","yes":"true"}}""")]
    [InlineData("""{"a":{"b":[1]}}""", """{"other":{"a":"{\u0022b\u0022:[1]}"}}""")]
    public void Data_WithoutAMeter_IsAllKept(string data, string expected) =>
        Fields($$"""{ {{Required}}, "data":{{data}} }""", null).ShouldBe(expected);

    [Theory]
    [InlineData("", "{}")]
    [InlineData(""","data_base64":"eyJuIjoxfQ==" """, """{"measure":{"n":1}}""")]
    [InlineData(""","data":null,"data_base64":"eyJuIjoxfQ==" """, """{"measure":{"n":1}}""")]
    [InlineData(""","data":{"n":1},"datacontenttype":"application/vnd.x+json; charset=utf-8" """,
        """{"measure":{"n":1}}""")]
    [InlineData(""","data":{"n":1},"traceparent":"00-1","flag":true,"dataschema":"https://e.com/s" """,
        """{"measure":{"n":1}}""")]
    public void Event_OfAnyForm_IsRead(string members, string expected) =>
        Fields($$"""{ {{Required}}{{members}} }""", Meter).ShouldBe(expected);

    [Theory]
    [InlineData("""{"n":"many"}""", "events[0].data.n: must be a number, or a string that contains one")]
    [InlineData("""{"n":""}""", "events[0].data.n: must be a number, or a string that contains one")]
    [InlineData("""{"n":" 5"}""", "events[0].data.n: must be a number, or a string that contains one")]
    [InlineData("""{"n":"0.12345678901234567890123456789"}""",
        "events[0].data.n: must be a number, or a string that contains one")]
    [InlineData("""{"n":true}""", "events[0].data.n: must be a number, or a string that contains one")]
    [InlineData("""{"t":{"a":1}}""", "events[0].data.t: must be a string")]
    [InlineData("""{"t":[]}""", "events[0].data.t: must be a string")]
    [InlineData("""{"\ud800":1}""",
        "events[0].data: has a name that must be valid Unicode without the character U+0000")]
    [InlineData("[]", "events[0].data: must be an object")]
    [InlineData("\"n=1\"", "events[0].data: must be an object")]
    public void Data_ThatDoesNotFit_IsRefused(string data, string fault) =>
        Should.Throw<RefusedException>(() => Fields($$"""{ {{Required}}, "data":{{data}} }""", Meter))
            .Issues.Select(issue => issue.ToString()).ShouldBe([fault]);

    [Theory]
    [InlineData("specversion", "\"0.3\"", "must be 1.0")]
    [InlineData("specversion", "null", "is required")]
    [InlineData("id", "null", "is required")]
    [InlineData("id", "7", "must be a string")]
    [InlineData("id", "\"\"", "must not be empty")]
    [InlineData("id", "\"a\\u0000\"", "must be a valid CloudEvents String")]
    [InlineData("id", "\"\\ud800\"", "must be valid Unicode without the character U+0000")]
    [InlineData("source", "null", "is required")]
    [InlineData("source", "\"http://[\"", "must be a valid CloudEvents URI-Reference")]
    [InlineData("source", "\"a\\u0000\"", "must be a valid CloudEvents URI-Reference")]
    [InlineData("type", "null", "is required")]
    [InlineData("type", "{}", "must be a string")]
    [InlineData("subject", "null", "is required")]
    [InlineData("subject", "\"\"", "must not be empty")]
    [InlineData("time", "1767225600", "must be a string")]
    [InlineData("time", "\"\"", "must not be empty")]
    [InlineData("dataschema", "\"relative\"", "must be a valid CloudEvents URI")]
    [InlineData("datacontenttype", "\"text/plain\"", "must be a JSON media type such as application/json")]
    [InlineData("datacontenttype", "\"nonsense\"", "must be a valid CloudEvents String")]
    [InlineData("data_base64", "\"%\"", "must be a Base64 string")]
    [InlineData("data_base64", "7", "must be a Base64 string")]
    [InlineData("data_base64", "\"W10\"", "must be a Base64 string")]
    [InlineData("data_base64", "\"e30x\"", "the value is not valid JSON at line 1, byte 3")]
    [InlineData("Time", "\"2026-03-01\"", "has a name that is not of lower-case letters and digits")]
    public void Attribute_Bad_IsNamed(string name, string value, string fault)
    {
        var json = JsonNode.Parse($$"""{ {{Required}} }""")!.AsObject();
        json.Remove(name);
        var members = json.ToJsonString()[1..^1];

        Should.Throw<RefusedException>(() => Fields($$"""{ "{{name}}":{{value}},{{members}} }""", Meter))
            .Issues.Select(issue => issue.ToString()).ShouldBe([$"events[0].{name}: {fault}"]);
    }

    [Theory]
    [InlineData("measurements[3].uid", "events[3].id")]
    [InlineData("measurements[3].meter", "events[3].type")]
    [InlineData("measurements[3].account", "events[3].subject")]
    [InlineData("measurements[3].ts", "events[3].time")]
    [InlineData("measurements[3].measure.n", "events[3].data.n")]
    [InlineData("measurements[3].other", "events[3].data")]
    [InlineData("", "")]
    public void Fault_OfAMeasurement_IsThatOfItsEvent(string path, string expected) =>
        EventSubmission.Translate(new Issue("x", path, "y")).ShouldBe(new Issue("x", expected, "y"));

    [Fact]
    public void Event_WithoutTime_HasTheTimeOfReceipt()
    {
        var json = Submission(
            """{"specversion":"1.0","id":"7","source":"svc","type":"m","subject":"acme"}""", Meter);

        json.ShouldBe("""{"uid":"svc|7","meter":"m","account":"acme","ts":"2026-03-15T12:00:00Z"}""");
    }

    [Theory]
    [InlineData("svc", "7", "svc|7")]
    [InlineData("svc", Longest, "svc|" + Longest)]
    [InlineData("svc", Longest + "7", "_OMx9vC7gY7Kxj_6fRb84lOgR9SKoKxjE1oQ_A0RWiw")]
    [InlineData("a|b", "c", "zx5TRqF_JBKd9Nqw1WOuXG6ONArQ-LG0m2kHAktrowQ")]
    [InlineData("a", "b|c", "a|b|c")]
    public void Uid_OfSourceAndId_IsReadableWhereItFits(string source, string id, string expected) =>
        EventUid.Of(source, id).ShouldBe(expected);

    [Fact]
    public void Uid_OfDifferentEvents_IsDifferent() =>
        Gen.Select(Gen.Char["ab|"].Array[0, 30], Gen.Char["ab|"].Array[0, 30], Gen.Int[0, 60])
            .Sample((left, right, split) =>
            {
                var text = new string([.. left, .. right]);
                var other = Math.Min(split, text.Length);
                if (other == left.Length)
                    return;
                EventUid.Of(text[..left.Length], text[left.Length..])
                    .ShouldNotBe(EventUid.Of(text[..other], text[other..]));
            });

    private static string Fields(string json, Meter? meter)
    {
        const string before = """{"uid":"svc|7","meter":"m","account":"acme","ts":"2026-03-01T00:00:00Z" """;
        return "{" + Submission(json, meter)[before.TrimEnd().Length..].TrimStart(',');
    }

    // The only measurement of the submission, which the parser of submissions accepts.
    private static string Submission(string json, Meter? meter)
    {
        using var document = JsonDocument.Parse(json);
        var issues = new SubmissionIssues();
        var one = new EventReader(issues).Read(document.RootElement, 0);
        var fields = one is null ? [] : new EventFields(meter).Of(one, issues);
        issues.ThrowIfAny();
        var body = EventSubmission.Write([(one!, fields)], Make.Now);
        new SubmissionParser(new IngestOptions()).Parse(Make.Organization, body.Span, Make.Now);
        return Encoding.UTF8.GetString(body.Span)["{\"measurements\":[".Length..^"]}".Length];
    }
}
