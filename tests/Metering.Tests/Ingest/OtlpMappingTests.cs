using System.Globalization;
using System.Text;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Ingest;
using Tallystick.Metering.Ingest.Otlp;
using Tallystick.Metering.OtlpMappings;
using Tallystick.Metering.Tests.Harness;
using Tallystick.Testing;
using static Tallystick.Testing.OtlpMessages;

namespace Tallystick.Metering.Tests.Ingest;

/// <summary>What log records and data points become as measurements.</summary>
public sealed class OtlpMappingTests
{
    private const string Head =
        "{\"meter\":\"m\",\"account\":\"acme\",\"ts\":\"2026-03-01T00:00:00.000000001Z\",";

    private static readonly OtlpSource Customer = new() { Attributes = ["customer"] };

    private static readonly OtlpMapping Logs = new()
    {
        Name = "calls",
        Signal = OtlpSignal.Logs,
        Match = [new OtlpCondition { Property = OtlpProperty.Name, Value = "call" }],
        MeterId = "meter-m",
        Account = Customer,
        Fields =
        [
            new OtlpField { Code = "n", Attributes = ["n", "old.n"], Default = "5" },
            new OtlpField { Code = "t", Property = OtlpProperty.Body },
            new OtlpField { Code = "w", Constant = "me" },
        ],
    };

    private static readonly OtlpMapping Metrics = Logs with
    {
        Name = "bytes",
        Signal = OtlpSignal.Metrics,
        Match = [new OtlpCondition { Property = OtlpProperty.Name, Value = "bytes" }],
        Fields =
        [
            new OtlpField { Code = "n", Property = OtlpProperty.Value },
            new OtlpField { Code = "t", Property = OtlpProperty.Count },
            new OtlpField { Code = "w", Property = OtlpProperty.Scope },
        ],
    };

    [Fact]
    public void LogRecord_Matching_IsAMeasurement()
    {
        var (measurements, rejected) = Map(Logs, LogRecord("hi \"you\"", FirstOfMarch, "call", ("n", 1.50)));

        rejected.ShouldBe(new OtlpResult(0, ""));
        Without("uid", measurements).ShouldBe([
            Head + """
            "who":{"w":"me"},"what":{"t":"hi \u0022you\u0022"},"measure":{"n":1.5}}
            """,
        ]);
    }

    [Theory]
    [InlineData(0.1, "0.1")]
    [InlineData(-3, "-3")]
    [InlineData("1234567890123456789.012345678", "1234567890123456789.012345678")]
    [InlineData(1e-7, "0.0000001")]
    [InlineData(123456789012345680000.0, "123456789012345680000")]
    [InlineData(null, "5")]
    public void Number_OfAnyType_IsExact(object? value, string expected)
    {
        var attributes = value is null ? [] : new[] { ("n", value) };

        var (measurements, _) = Map(Logs, LogRecord("hi", FirstOfMarch, "call", attributes));

        measurements.ShouldHaveSingleItem().ShouldContain($"\"measure\":{{\"n\":{expected}}}");
    }

    [Theory]
    [InlineData("old.n", 7)]
    [InlineData("n", 7)]
    public void Attribute_UnderEitherKey_IsUsed(string key, int value) =>
        Map(Logs, LogRecord("hi", FirstOfMarch, "call", (key, value))).Measurements
            .ShouldHaveSingleItem().ShouldContain("\"n\":7");

    [Theory]
    [InlineData("many", "must be a number, or a string that contains one; it must have at most 28 significant digits")]
    [InlineData(1e30, "must be a number, or a string that contains one; it must have at most 28 significant digits")]
    [InlineData(double.NaN, "must be a number, or a string that contains one; it must have at most 28 significant")]
    [InlineData(true, "must be a number, or a string that contains one")]
    public void Number_ThatIsNone_RejectsTheRecord(object value, string reason)
    {
        var (measurements, result) = Map(Logs, LogRecord("hi", FirstOfMarch, "call", ("n", value)));

        measurements.ShouldBeEmpty();
        result.Rejected.ShouldBe(1);
        result.Message.ShouldStartWith($"Rejected: log record 1: the field 'n' {reason}");
    }

    [Fact]
    public void Field_WithoutValue_IsOmitted() =>
        Map(Logs, LogRecord(null, FirstOfMarch, "call")).Measurements
            .ShouldHaveSingleItem().ShouldNotContain("\"what\"");

    [Fact]
    public void Records_ThatNothingMatches_AreIgnored()
    {
        var (measurements, result) = Map(Logs, LogRecord("hi"), LogRecord("hi", FirstOfMarch, "Call"));

        measurements.ShouldBeEmpty();
        result.ShouldBe(new OtlpResult(0, ""));
    }

    [Fact]
    public void Mappings_SeveralThatMatch_TheFirstIsUsed()
    {
        var second = Logs with { Account = new OtlpSource { Constant = "second" } };
        var third = second with { Match = [new OtlpCondition { Attribute = "customer" }] };

        var (measurements, _) = Map([Logs, second, third], [LogRecord("a", 1, "call"), LogRecord("b", 1)]);

        measurements.Count.ShouldBe(2);
        measurements[0].ShouldContain("\"account\":\"acme\"");
        measurements[1].ShouldContain("\"account\":\"second\"");
    }

    [Theory]
    [InlineData("region", "eu", true)]
    [InlineData("region", "us", false)]
    [InlineData("region", null, true)]
    [InlineData("flag", "true", true)]
    [InlineData("place", null, false)]
    public void Condition_OnAnAttribute_ComparesItsText(string key, string? value, bool isMatching)
    {
        var mapping = Logs with { Match = [new OtlpCondition { Attribute = key, Value = value }] };

        var (measurements, _) = Map(mapping, LogRecord("hi", FirstOfMarch, null, ("region", "eu"), ("flag", true)));

        (measurements.Count == 1).ShouldBe(isMatching);
    }

    [Fact]
    public void Record_WithoutAccountOrTime_IsRejectedAndOthersAccepted()
    {
        var submission = Read(
            new ProtobufMessage().Raw(Request([], LogRecord("a", 1, "call"), LogRecord("b", 1, "other")).ToArray())
                .Raw(Request([("customer", "acme")], LogRecord("c", 0, "call"), LogRecord("d", 1, "call")).ToArray()),
            [Logs], out var result);

        submission.Select(one => one.Number).ShouldBe([4]);
        result.ShouldBe(new OtlpResult(
            2, "Rejected: log record 1: the mapping 'calls' finds no account in it; log record 3: it has no time"));
    }

    [Fact]
    public void LogRecord_WithoutTime_HasTheObservedTime() =>
        Map(Logs, LogRecord("hi", 0, "call").Fixed64(11, FirstOfMarch)).Measurements
            .ShouldHaveSingleItem().ShouldContain("\"ts\":\"2026-03-01T00:00:00.000000001Z\"");

    [Theory]
    [InlineData(5, null, 2.5, null)]
    [InlineData(7, Delta, 2.5, null)]
    [InlineData(7, Delta, -2.0, null)]
    [InlineData(7, Cumulative, 2.5, "its values are not deltas")]
    [InlineData(7, null, 2.5, "its values are not deltas")]
    public void NumberPoint_ByKindAndTemporality_IsTakenOrRejected(
        int kind, int? temporality, double value, string? reason)
    {
        var (measurements, result) = Map(Metrics, Metric("bytes", kind, NumberPoint(value), temporality));

        result.Rejected.ShouldBe(reason is null ? 0 : 1);
        result.Message.ShouldStartWith(
            reason is null ? "" : $"Rejected: data point 1, of the metric 'bytes': {reason}");
        Without("uid", measurements).ShouldBe(reason is not null ? [] :
        [
            Head + """
            "who":{"w":"chat"},"what":{"t":"1"},"measure":{"n":
            """ + value.ToString(CultureInfo.InvariantCulture) + "}}",
        ]);
    }

    [Theory]
    [InlineData(9, Delta, true)]
    [InlineData(9, Cumulative, false)]
    [InlineData(11, null, false)]
    public void HistogramPoint_ByKindAndTemporality_GivesSumAndCount(int kind, int? temporality, bool isTaken)
    {
        var (measurements, result) = Map(Metrics, Metric("bytes", kind, HistogramPoint(10.5, 4), temporality));

        result.Rejected.ShouldBe(isTaken ? 0 : 1);
        measurements.Count.ShouldBe(isTaken ? 1 : 0);
        if (isTaken)
            measurements[0].ShouldEndWith("""
                "what":{"t":"4"},"measure":{"n":10.5}}
                """.Trim());
    }

    [Fact]
    public void DataPoint_WithoutRecordedValue_IsIgnored()
    {
        var (measurements, result) = Map(Metrics, Metric("bytes", 5, NumberPoint(1).Varint(8, 1), null));

        measurements.ShouldBeEmpty();
        result.Rejected.ShouldBe(0);
    }

    [Fact]
    public void Batches_OfManyMeasurements_AreSmallEnough()
    {
        var records = Enumerable.Range(0, 2500).Select(index => LogRecord($"{index}", FirstOfMarch, "call")).ToArray();
        var large = Enumerable.Range(0, 10).Select(index => LogRecord(
            new string('x', 200_000) + index, FirstOfMarch, "call")).ToArray();

        Sizes(Read(Request([("customer", "acme")], records), [Logs], out _)).ShouldBe([1000, 1000, 500]);
        Sizes(Read(Request([("customer", "acme")], large), [Logs], out _)).ShouldBe([2, 2, 2, 2, 2]);

        static IEnumerable<int> Sizes(IReadOnlyList<OtlpMeasurement> all) =>
            OtlpSubmission.Batches(all).Select(batch =>
            {
                OtlpSubmission.Body(batch).Length.ShouldBeLessThan(512_000);
                return batch.Count;
            });
    }

    [Fact]
    public void Measurements_LargerThanTheirRequest_AreLimited()
    {
        var mapping = Logs with
        {
            Fields = [new OtlpField { Code = "t", Attributes = ["customer"] }],
            Account = new OtlpSource { Constant = "acme" },
        };
        var records = Enumerable.Range(0, 200).Select(_ => LogRecord(null, FirstOfMarch, "call")).ToArray();

        Should.Throw<RefusedException>(
            () => Read(Request([("customer", new string('x', 100_000))], records), [mapping], out _))
            .Issues.ShouldHaveSingleItem().Code.ShouldBe("limit");
        Map(Logs, LogRecord(new string('x', 600_000), FirstOfMarch, "call")).Result.Message
            .ShouldBe("Rejected: log record 1: its measurement is too large");
    }

    private static IEnumerable<string> Without(string member, IEnumerable<string> measurements) =>
        measurements.Select(json =>
        {
            var start = json.IndexOf($"\"{member}\":\"", StringComparison.Ordinal);
            var end = json.IndexOf(',', start) + 1;
            return json.Remove(start, end - start);
        });

    private static (IReadOnlyList<string> Measurements, OtlpResult Result) Map(
        OtlpMapping mapping, params ProtobufMessage[] records) => Map([mapping], records);

    private static (IReadOnlyList<string> Measurements, OtlpResult Result) Map(
        IReadOnlyList<OtlpMapping> mappings, ProtobufMessage[] records)
    {
        var read = Read(Request([("customer", "acme")], records), mappings, out var result);
        if (read.Count > 0)
            new SubmissionParser(new IngestOptions()).Parse(
                Make.Organization, OtlpSubmission.Body(read).Span, Make.Now);
        return ([.. read.Select(one => Encoding.UTF8.GetString(one.Json.Span))], result);
    }

    private static IReadOnlyList<OtlpMeasurement> Read(
        ProtobufMessage request, IReadOnlyList<OtlpMapping> mappings, out OtlpResult result)
    {
        var meter = Make.Meter("m", "measure.n", "what.t", "who.w");
        var rejections = new OtlpRejections();
        var submission = new OtlpSubmission([.. mappings.Select(one => new OtlpRule(one, meter))], rejections);
        foreach (var (index, record) in ProtobufReader.Read(request.ToArray(), mappings[0].Signal).All.Index())
            submission.Add(record, index + 1);
        result = rejections.End("");
        return submission.Measurements;
    }
}
