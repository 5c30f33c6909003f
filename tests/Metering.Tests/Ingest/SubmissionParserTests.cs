using System.Text;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Ingest;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Measurements.Batches;
using Tallystick.Metering.Meters;
using Tallystick.Metering.Tests.Harness;

namespace Tallystick.Metering.Tests.Ingest;

public sealed class SubmissionParserTests
{
    private const string Plain = """ "meter":"m","account":"a","ts":"2026-03-01T00:00:00Z" """;

    private static IReadOnlyList<Measurement> Parse(string body) =>
        BatchDecoder.Decode(new SubmissionParser(new IngestOptions()).Parse(
            Make.Organization, Encoding.UTF8.GetBytes(body), Make.Now)).Measurements;

    private static Measurement One(string members) => Parse($$"""{"measurements":[{ {{members}} }]}""").Single();

    private static string[] Faults(byte[] body) => [.. Should
        .Throw<RefusedException>(() => new SubmissionParser(new IngestOptions()).Parse(
            Make.Organization, body, Make.Now))
        .Issues.Select(issue => issue.ToString())];

    private static string[] Faults(string body) => Faults(Encoding.UTF8.GetBytes(body));

    [Theory]
    [InlineData("", "the body is not valid JSON at line 1, byte 1")]
    [InlineData("  ", "the body is not valid JSON at line 1, byte 3")]
    [InlineData("{\n\"measurements\":[}", "the body is not valid JSON at line 2, byte 17")]
    [InlineData("{\"measurements\":[]", "the body is not valid JSON at line 1, byte 19")]
    [InlineData("{\"measurements\":[]} x", "the body is not valid JSON at line 1, byte 21")]
    [InlineData("{\"measurements\":[],}", "the body is not valid JSON at line 1, byte 20")]
    [InlineData("{\"measurements\":[{\"measure\":{\"a\":01}}]}", "the body is not valid JSON at line 1, byte 35")]
    [InlineData(
        "{\"measurements\":[{\"measure\":{\"a\":NaN}}]}", "the body is not valid JSON at line 1, byte 34")]
    [InlineData("[]", "the body must be an object such as {\"measurements\": [...]}")]
    [InlineData("null", "the body must be an object such as {\"measurements\": [...]}")]
    [InlineData("7", "the body must be an object such as {\"measurements\": [...]}")]
    [InlineData("{}", "measurements: is required")]
    [InlineData("{\"measurements\":null}", "measurements: is required")]
    [InlineData("{\"Measurements\":[]}", "measurements: is required")]
    [InlineData("{\"measurements\":{}}", "measurements: must be an array of 1 to 1000 measurements")]
    [InlineData("{\"measurements\":[]}", "measurements: must be an array of 1 to 1000 measurements; it has 0")]
    [InlineData("{\"measurements\":[null]}", "measurements[0]: must be an object")]
    [InlineData("{\"measurements\":[[1,[2]]]}", "measurements[0]: must be an object")]
    public void Body_Malformed_TellsWhere(string body, string fault) => Faults(body).ShouldBe([fault]);

    [Theory]
    [InlineData("\"uid\":7", "uid: must be a string")]
    [InlineData("\"uid\":{\"a\":[1]}", "uid: must be a string")]
    [InlineData(
        "\"uid\":\"123456789012345678901234567890123456789012345678901\"", "uid: must have at most 50 characters")]
    [InlineData("\"uid\":\"\\ud800\"", "uid: must be valid Unicode without the character U+0000")]
    [InlineData("\"uid\":\"a\\u0000\"", "uid: must be valid Unicode without the character U+0000")]
    [InlineData("\"meter\":null", "meter: is required")]
    [InlineData("\"meter\":1", "meter: must be a string")]
    [InlineData("\"account\":null", "account: is required")]
    [InlineData("\"account\":true", "account: must be a string")]
    [InlineData("\"ts\":null", "ts: is required")]
    [InlineData("\"ts\":1767225600", "ts: must be a string")]
    [InlineData("\"ts\":\"yesterday\"", "ts: must be an ISO 8601 date-time such as 2026-03-01T09:30:00Z")]
    [InlineData("\"ts\":\"\\ud800\"", "ts: must be an ISO 8601 date-time such as 2026-03-01T09:30:00Z")]
    [InlineData("\"ts\":\"1969-12-31T23:59:59Z\"", "ts: must be in the years 1970 to 2261")]
    [InlineData("\"ts\":\"2026-03-15T12:05:00.000000001Z\"", "ts: must not be more than 300 seconds in the future")]
    [InlineData("\"ets\":\"2026-02-28T23:59:59.999999999Z\"", "ets: must not be before ts")]
    [InlineData("\"ets\":5", "ets: must be a string")]
    [InlineData("\"ets\":\"2262-01-01T00:00:00Z\"", "ets: must be in the years 1970 to 2261")]
    [InlineData("\"who\":[]", "who: must be an object of texts")]
    [InlineData("\"cost\":\"5\"", "cost: must be an object of numbers")]
    [InlineData("\"who\":{\"x\":1}", "who.x: must be a string")]
    [InlineData("\"what\":{\"x\":true}", "what.x: must be a string")]
    [InlineData("\"where\":{\"x\":[]}", "where.x: must be a string")]
    [InlineData("\"other\":{\"x\":{\"y\":1}}", "other.x: must be a string")]
    [InlineData("\"other\":{\"x\":\"\\udc00\"}", "other.x: must be valid Unicode without the character U+0000")]
    [InlineData(
        "\"other\":{\"\\ud800\":\"y\"}",
        "other: has a name that must be valid Unicode without the character U+0000")]
    [InlineData("\"measure\":{\"x\":\"1\"}", "measure.x: must be a number")]
    [InlineData("\"income\":{\"x\":false}", "income.x: must be a number")]
    [InlineData("\"cost\":{\"x\":1e40}", "cost.x: " + ExactNumber.Rule)]
    [InlineData("\"measure\":{\"x\":0.12345678901234567890123456789}", "measure.x: " + ExactNumber.Rule)]
    [InlineData("\"measure\":{\"x\":-1e-29}", "measure.x: " + ExactNumber.Rule)]
    public void Member_Wrong_TellsPathAndRule(string member, string fault) =>
        Faults($$"""{"measurements":[{ {{Plain}} },{ {{PlainWith(member)}} }]}""")
            .ShouldBe(["measurements[1]." + fault]);

    [Theory]
    [InlineData("\"who\":{\"#\":1}", "who.*: must be a string")]
    [InlineData("\"who\":{\"#\":\"x\",\"#\":\"y\"}", "who.*: appears more than once")]
    [InlineData("\"more\":{\"#\":1,\"#\":2}", "more.*: appears more than once")]
    [InlineData("\"#\":1,\"#\":2", "*: appears more than once")]
    public void Path_WithALongName_IsCutBetweenCodePoints(string members, string fault)
    {
        // By UTF-16 units the cut would fall into the middle of a pair.
        var name = "x" + string.Concat(Enumerable.Repeat("😀", 80));
        var shown = "x" + string.Concat(Enumerable.Repeat("😀", 79)) + "…";

        Faults($$"""{"measurements":[{ {{Plain}},{{members.Replace("#", name, StringComparison.Ordinal)}} }]}""")
            .ShouldBe(["measurements[0]." + fault.Replace("*", shown, StringComparison.Ordinal)]);
    }

    // The plain measurement with a member instead of its own of that name.
    private static string PlainWith(string member) => string.Join(
        ',', Plain.Split(',').Where(own => own.Trim().Split(':')[0] != member.Split(':')[0]).Append(member));

    [Theory]
    [InlineData(" a")]
    [InlineData("a ")]
    [InlineData("a\\tb")]
    [InlineData("")]
    [InlineData("a\\u007f")]
    public void Code_OfBadForm_IsRefused(string code) =>
        Faults($$"""{"measurements":[{"account":"a","ts":"2026-03-01T00:00:00Z","meter":"{{code}}"}]}""")
        .ShouldHaveSingleItem().ShouldStartWith("measurements[0].meter: must be printable text");

    [Fact]
    public void Measurement_WithManyFaults_TellsAll() =>
        Faults("""{"measurements":[{"ts":"x","uid":1,"measure":{"a":"1","b":2,"c":null,"d":[]}}]}""").ShouldBe([
            "measurements[0].ts: " + InstantText.Rule,
            "measurements[0].uid: must be a string",
            "measurements[0].measure.a: must be a number",
            "measurements[0].measure.d: must be a number",
            "measurements[0].meter: is required",
            "measurements[0].account: is required",
        ]);

    [Fact]
    public void Body_WithInvalidUtf8_IsRefused() =>
        Faults([.. "{\"x\":\""u8, 0xff, .. "\"}"u8]).ShouldBe(["the body is not valid UTF-8"]);

    [Fact]
    public void Body_NestedDeeply_IsRefused() =>
        Faults("{\"x\":" + new string('[', 5000)).ShouldHaveSingleItem()
            .ShouldStartWith("the body is not valid JSON");

    [Fact]
    public void Body_Of1000_IsAcceptedAndOf1001Refused()
    {
        var element = "{" + Plain + "}";
        string Body(int count) => "{\"measurements\":[" + string.Join(',', Enumerable.Repeat(element, count)) + "]}";

        Parse(Body(1000)).Count.ShouldBe(1000);
        Faults(Body(1001)).ShouldBe(["measurements: must be an array of 1 to 1000 measurements; it has 1001"]);
    }

    [Fact]
    public void Body_WithVeryManyFaults_TellsThe100First() =>
        Faults("{\"measurements\":[" + string.Join(',', Enumerable.Repeat("{}", 500)) + "]}").Length.ShouldBe(100);

    [Fact]
    public void Metadata_Of256Characters_IsAcceptedAnd257Refused()
    {
        One(Plain + ",\"metadata\":{\"x\":\"" + new string('y', 256) + "\"}").Fields.Single().Text!.Length
            .ShouldBe(256);
        Faults("{\"measurements\":[{" + Plain + ",\"metadata\":{\"x\":\"" + new string('y', 257) + "\"}}]}")
            .ShouldBe(["measurements[0].metadata.x: must have at most 256 characters"]);
    }

    [Fact]
    public void Code_Of80Characters_IsAcceptedAnd81Refused()
    {
        One(PlainWith("\"account\":\"" + new string('y', 80) + "\"")).Account.Length.ShouldBe(80);
        Faults("{\"measurements\":[{" + PlainWith("\"account\":\"" + new string('y', 81) + "\"") + "}]}")
            .ShouldBe(["measurements[0].account: must have at most 80 characters"]);
    }

    [Fact]
    public void Length_IsCountedInCodePoints()
    {
        string Account(int characters) =>
            PlainWith("\"account\":\"" + string.Concat(Enumerable.Repeat("😀", characters)) + "\"");

        One(Account(80)).Account.Length.ShouldBe(160);
        Faults("{\"measurements\":[{" + Account(81) + "}]}")
            .ShouldBe(["measurements[0].account: must have at most 80 characters"]);
    }

    [Fact]
    public void Measurement_WithEverything_IsRead()
    {
        var measurement = One(
            """
            "uid":"u-1","meter":"API calls","account":"Größe \ud83d\ude00","ts":"2026-03-01T10:00:00.123456789+01:00",
            "ets":"2026-03-01T10:00:00","who":{"a":"1"},"what":{"b":""},"where":{"c":"x"},"other":{"d":"y"},
            "metadata":{"e":"z"},"measure":{"f":-1.5},"cost":{"g":0},"income":{"h":1e3},"unknown":{"\ud800":[1,{}]}
            """);

        measurement.Uid.ShouldBe("u-1");
        measurement.Meter.ShouldBe("API calls");
        measurement.Account.ShouldBe("Größe 😀");
        measurement.Ts.ShouldBe(Make.At("2026-03-01T09:00:00.123456789Z"));
        measurement.Ets.ShouldBe(Make.At("2026-03-01T10:00:00Z"));
        measurement.Fields.ShouldBe([
            new FieldValue(DataFieldCategory.Who, "a", "1", 0),
            new FieldValue(DataFieldCategory.What, "b", "", 0),
            new FieldValue(DataFieldCategory.Where, "c", "x", 0),
            new FieldValue(DataFieldCategory.Other, "d", "y", 0),
            new FieldValue(DataFieldCategory.Metadata, "e", "z", 0),
            new FieldValue(DataFieldCategory.Measure, "f", null, -1.5m),
            new FieldValue(DataFieldCategory.Cost, "g", null, 0),
            new FieldValue(DataFieldCategory.Income, "h", null, 1000),
        ]);
    }

    [Theory]
    [InlineData("\"uid\":null")]
    [InlineData("\"uid\":\"\"")]
    public void Uid_LeftOut_IsGenerated(string member) =>
        Guid.TryParse(One(Plain + "," + member).Uid, out _).ShouldBeTrue();

    [Theory]
    [InlineData("\"ets\":null,\"who\":null,\"measure\":null", 0)]
    [InlineData("\"who\":{\"a\":null},\"measure\":{\"b\":null}", 0)]
    public void Member_Null_CountsAsNotSent(string members, int fields) =>
        One(Plain + "," + members).Fields.Count.ShouldBe(fields);

    [Theory]
    [InlineData("\"meter\":\"m\"", "meter")]
    [InlineData("\"m\\u0065ter\":\"other\"", "meter")]
    [InlineData("\"ts\":\"bad\"", "ts")]
    [InlineData("\"account\":null", "account")]
    [InlineData("\"uid\":\"1\",\"uid\":\"2\"", "uid")]
    [InlineData("\"ets\":null,\"ets\":null", "ets")]
    [InlineData("\"measure\":{\"b\":1},\"measure\":{\"c\":1}", "measure")]
    [InlineData("\"measure\":{\"b\":1},\"measure\":null", "measure")]
    [InlineData("\"who\":{\"b\":\"1\"},\"wh\\u006f\":{}", "who")]
    [InlineData("\"measure\":{\"b\":1,\"c\":2,\"b\":1}", "measure.b")]
    [InlineData("\"measure\":{\"b\":1,\"\\u0062\":1}", "measure.b")]
    [InlineData("\"measure\":{\"b\":1,\"b\":null}", "measure.b")]
    [InlineData("\"measure\":{\"b\":null,\"b\":null}", "measure.b")]
    [InlineData("\"other\":{\"b\":\"1\",\"b\":\"1\"}", "other.b")]
    [InlineData("\"x\":1,\"x\":1", "x")]
    [InlineData("\"x\":1,\"\\u0078\":1", "x")]
    [InlineData("\"x\":{\"y\":[{\"z\":1},[],{\"z\":1,\"z\":2}]}", "x.y[2].z")]
    public void Member_GivenTwice_IsRefused(string members, string path) =>
        Faults($$"""{"measurements":[{ {{Plain}} },{ {{Plain}},{{members}} }]}""")
            .ShouldBe([$"measurements[1].{path}: appears more than once"]);

    // Metering reference 4.6: each category has a map of its own, and takes values of its type only.
    [Theory]
    [InlineData("who", DataFieldCategory.Who)]
    [InlineData("what", DataFieldCategory.What)]
    [InlineData("where", DataFieldCategory.Where)]
    [InlineData("other", DataFieldCategory.Other)]
    [InlineData("metadata", DataFieldCategory.Metadata)]
    [InlineData("measure", DataFieldCategory.Measure)]
    [InlineData("income", DataFieldCategory.Income)]
    [InlineData("cost", DataFieldCategory.Cost)]
    public void Category_OfAMeasurement_TakesItsTypeOnly(string map, DataFieldCategory category)
    {
        var (right, wrong) = category.IsNumeric() ? ("-1.5", "\"-1.5\"") : ("\"-1.5\"", "-1.5");

        var field = One($"{Plain},\"{map}\":{{\"x\":{right}}}").Fields.ShouldHaveSingleItem();

        field.ShouldBe(category.IsNumeric()
            ? new FieldValue(category, "x", null, -1.5m) : new FieldValue(category, "x", "-1.5", 0));
        Faults($$"""{"measurements":[{ {{Plain}},"{{map}}":{"x":{{wrong}}} }]}""")
            .ShouldBe([$"measurements[0].{map}.x: must be a {(category.IsNumeric() ? "number" : "string")}"]);
    }

    [Theory]
    [InlineData("\"measurements\":[{MEASUREMENT}]", "measurements")]
    [InlineData("\"measurements\":null", "measurements")]
    [InlineData("\"measur\\u0065ments\":[]", "measurements")]
    [InlineData("\"x\":1,\"x\":2", "x")]
    [InlineData("\"x\":{\"y\":1,\"y\":1}", "x.y")]
    [InlineData("\"x\":[[{\"y\":1,\"y\":1}]]", "x[0][0].y")]
    [InlineData("\"\\ud800\":1,\"\\ud800\":1", "\\ud800")]
    public void MemberOfTheBody_GivenTwice_IsRefused(string members, string path) =>
        Faults("{\"measurements\":[{MEASUREMENT}],MEMBERS}"
            .Replace("MEMBERS", members, StringComparison.Ordinal)
            .Replace("MEASUREMENT", Plain, StringComparison.Ordinal)).ShouldBe([$"{path}: appears more than once"]);

    [Fact]
    public void Members_OfTwoMeasurementsWithTheSameNames_AreNoRepetition() =>
        Parse(
            ("{\"measurements\":[{MEASUREMENT,\"x\":{\"y\":1}},{MEASUREMENT,\"x\":{\"y\":1}}],"
            + "\"y\":[{\"x\":1},{\"x\":1}]}")
            .Replace("MEASUREMENT", Plain, StringComparison.Ordinal)).Count.ShouldBe(2);

    [Fact]
    public void Body_WithByteOrderMark_IsAccepted() =>
        Parse("\ufeff{\"measurements\":[{" + Plain + "}]}").Count.ShouldBe(1);

    [Fact]
    public void Ts_AtTheToleranceAndMembersWithEscapedNames_AreAccepted() =>
        One("\"m\\u0065ter\":\"m\",\"account\":\"a\",\"ts\":\"2026-03-15T12:05:00\\u005a\"").Ts
            .ShouldBe(Make.At("2026-03-15T12:05:00Z"));
}
