using CsCheck;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Meters;
using Tallystick.Metering.Tests.Harness;

namespace Tallystick.Metering.Tests.Measurements;

public sealed class SegmentTests
{
    private static readonly Meter Meter = Make.Meter("m", "measure.n", "where.location", "what.type");

    private static IReadOnlyList<IReadOnlyDictionary<string, string>> Segments(string text) =>
        [.. text.Split(';').Select(segment => segment.Split('/')).Select(parts =>
            new Dictionary<string, string> { ["location"] = parts[0], ["type"] = parts[1] })];

    private static Measurement Row(int index, string location, string type) => Make.Measurement(
        $"u{index}", "2026-03-02T00:00:00Z",
        [
            Make.Number("n", 1 << index),
            .. location == "-" ? Array.Empty<FieldValue>() : [Make.Text("location", location, DataFieldCategory.Where)],
            .. type == "-" ? Array.Empty<FieldValue>() : [Make.Text("type", type)],
        ]);

    private static async Task<string> MatchAsync(string rows, string segments)
    {
        var measurements = rows.Split(';')
            .Select((row, index) => Row(index, row.Split('/')[0], row.Split('/')[1])).ToArray();
        await using var usage = await StoredUsage.CreateAsync(measurements);
        var values = await usage.ReadAsync(Make.Query(Meter, "n", AggregationMethod.Sum) with
        {
            SegmentedFields = ["location", "type"],
            Segments = Segments(segments),
        });
        return string.Join(' ', Enumerable.Range(0, measurements.Length).Select(index => string.Join('+', values
            .Where(value => ((long)value.Value & (1 << index)) != 0)
            .Select(value => value.SegmentIndex)
            .DefaultIfEmpty(-1))));
    }

    [Theory] // the segment of each row; -1 for none
    [InlineData("UK/Std;UK/Ext;USA/Std;uk/Std", "UK/Std;USA/Std", "0 -1 1 -1")]
    [InlineData("UK/Std;UK/Ext;USA/Std", "*/*;UK/*;UK/Std", "2 1 0")]
    [InlineData("UK/Std", "*/Std;UK/*", "1")]
    [InlineData("UK/Std;USA/Std", "UK/*;*/Std", "0 1")]
    [InlineData("UK/Std", "UK/Std;UK/Std", "0")]
    [InlineData("-/Std;/Std;UK/Std", "/Std", "0 0 -1")]
    [InlineData("-/-;UK/-;UK/x", "/;*/;*/*", "0 1 2")]
    [InlineData("UK /Std;UK/Std", "UK/Std", "-1 0")]
    [InlineData("*/x;UK/x", "*/x", "0 0")]
    [InlineData("o'Brien\"/x;größe/x", "o'Brien\"/x;größe/x", "0 1")]
    // The guide's example: six of the nine combinations are segments (metering reference 9.4).
    [InlineData(
        "China/Standard;China/Extended;China/Complete;USA/Standard;USA/Extended;USA/Complete;UK/Standard;UK/Extended;"
        + "UK/Complete",
        "China/Standard;China/Extended;USA/Standard;USA/Complete;UK/Extended;UK/Complete", "0 1 -1 2 -1 3 -1 4 5")]
    public async Task Segments_OfRows_AreTheMostExact(string rows, string segments, string expected) =>
        (await MatchAsync(rows, segments)).ShouldBe(expected);

    [Fact]
    public async Task Segments_OfFieldsNeverSent_MatchAsEmpty()
    {
        await using var usage = await StoredUsage.CreateAsync(Row(0, "-", "-"));
        var values = await usage.ReadAsync(Make.Query(Meter, "n", AggregationMethod.Count) with
        {
            SegmentedFields = ["location", "type"],
            Segments = Segments("/x;/"),
        });
        values.ShouldBe([new UsageValue(0, 1, 1)]);
    }

    [Fact]
    public async Task Segments_1000OfThem_AreEachFound()
    {
        var segments = Segments(string.Join(';', Enumerable.Range(0, 1000).Select(index => $"l{index}/*")));
        var rows = Enumerable.Range(0, 1000).Select(index => Make.Measurement(
            $"u{index}", "2026-03-02T00:00:00Z", Make.Number("n", index),
            Make.Text("location", $"l{index}", DataFieldCategory.Where)));
        await using var usage = await StoredUsage.CreateAsync([.. rows]);
        var values = await usage.ReadAsync(Make.Query(Meter, "n", AggregationMethod.Max) with
        {
            SegmentedFields = ["location", "type"],
            Segments = segments,
        });
        values.ShouldBe(Enumerable.Range(0, 1000).Select(index => new UsageValue(0, index, index)));
    }

    [Fact]
    public async Task Segments_AnySet_AgreesWithTheRuleReadAloud()
    {
        var value = AnyOf("a", "b", "", "*");
        await Gen.Select(
                Gen.Select(AnyOf("a", "b", "c", "-", ""), AnyOf("a", "b", "-")).Array[1, 12],
                Gen.Select(value, value).Array[1, 8])
            .SampleAsync(
                async (rows, segments) =>
                {
                    var found = await MatchAsync(
                        string.Join(';', rows.Select(row => $"{row.Item1}/{row.Item2}")),
                        string.Join(';', segments.Select(segment => $"{segment.Item1}/{segment.Item2}")));
                    found.ShouldBe(string.Join(' ', rows.Select(row => Oracle(row, segments))));
                },
                iter: 25, threads: 1);
    }

    private static Gen<string> AnyOf(params string[] values) =>
        Gen.Int[0, values.Length - 1].Select(index => values[index]);

    private static int Oracle((string, string) row, (string, string)[] segments) => segments
        .Select((segment, index) => (segment, index))
        .Where(one => Matches(row.Item1, one.segment.Item1) && Matches(row.Item2, one.segment.Item2))
        .OrderByDescending(one => (one.segment.Item1 == "*" ? 0 : 1) + (one.segment.Item2 == "*" ? 0 : 1))
        .ThenBy(one => one.segment.Item1 != "*" ? 0 : one.segment.Item2 != "*" ? 1 : -1)
        .ThenBy(one => one.index)
        .Select(one => one.index)
        .FirstOrDefault(-1);

    private static bool Matches(string value, string pattern) =>
        pattern == "*" || pattern == (value == "-" ? "" : value);
}
