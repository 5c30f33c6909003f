using Tallystick.Foundation.Values;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.Meters;
using Tallystick.Metering.Tests.Harness;

namespace Tallystick.Metering.Tests.Aggregations;

/// <summary>Which fields an aggregation can be of (metering reference 9.2), and which can segment it (9.4).</summary>
public sealed class AggregationTargetTests
{
    private const string Numbers = "Measure Income Cost";
    private const string Texts = "Who What Where Other Metadata";

    private static readonly DataFieldCategory[] Categories = Enum.GetValues<DataFieldCategory>();

    [Theory]
    [InlineData(AggregationMethod.Sum, Numbers)]
    [InlineData(AggregationMethod.Min, Numbers)]
    [InlineData(AggregationMethod.Max, Numbers)]
    [InlineData(AggregationMethod.Count, Numbers + " " + Texts)]
    [InlineData(AggregationMethod.Latest, Numbers)]
    [InlineData(AggregationMethod.Mean, Numbers)]
    [InlineData(AggregationMethod.Unique, Texts)]
    [InlineData(AggregationMethod.CustomSql, Numbers + " " + Texts)]
    public void Method_OfAField_TakesItsCategories(AggregationMethod method, string categories) =>
        Categories.Where(category => Faults(Of(method), category).Length == 0).ShouldBe(Read(categories), true);

    [Fact]
    public void Segments_OfAField_TakeTextsButMetadata() =>
        Categories.Where(category => Faults(
                Of(AggregationMethod.Count) with { SegmentedFields = ["f"] }, category).Length == 0)
            .ShouldBe(Read("Who What Where Other"), true);

    private static string[] Faults(Aggregation aggregation, DataFieldCategory category) =>
        [.. AggregationRules.UnusableFields(aggregation, Make.Meter("m", $"{category}.f")).Select(one => one.Fault)];

    private static IEnumerable<DataFieldCategory> Read(string categories) =>
        categories.Split(' ').Select(one => Enum.Parse<DataFieldCategory>(one));

    private static Aggregation Of(AggregationMethod method) => new()
    {
        Name = "A",
        MeterId = "meter-m",
        TargetField = "f",
        Method = method,
        Rounding = Rounding.None,
        QuantityPerUnit = 1,
        Unit = "1",
    };
}
