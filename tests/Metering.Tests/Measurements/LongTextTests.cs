using NodaTime;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Tests.Harness;
using Tallystick.Metering.Usage;

namespace Tallystick.Metering.Tests.Measurements;

/// <summary>Texts may be of any length, so a usage query returns fewer rows if they are long.</summary>
public sealed class LongTextTests
{
    private const int Length = 1000;
    private static readonly string Long = new('x', Length);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(5500, 6, true)]
    [InlineData(100_000, 20, false)]
    public async Task Measurements_WithLongTexts_AreTheLatestOfAllMetersThatFit(int characters, int count, bool hasMore)
    {
        // Two large meters with alternating measurements: each is read by a statement of its own.
        var rows = Enumerable.Range(0, 20)
            .Select(number => Row($"u{number}", number % 2 == 0 ? "even" : "odd", Long)).ToArray();
        await using var usage = await StoredUsage.CreateAsync(rows);

        var found = await usage.Store.ExploreAsync(Query(characters), Token);

        found.Measurements.Select(row => row.Uid)
            .ShouldBe(rows.Reverse().Take(count).Select(row => row.Uid));
        found.HasMore.ShouldBe(hasMore);
    }

    [Fact]
    public async Task Groups_OfLongTexts_AreTheLatestThatFit()
    {
        var rows = Enumerable.Range(0, 20).Select(number => Row($"u{number}", "even", $"{number:D2}{Long}")).ToArray();
        await using var usage = await StoredUsage.CreateAsync(rows);
        var meter = Meter("even");
        var query = Query(3 * Length) with
        {
            Meters = [meter],
            Aggregations = [new ExplorerAggregation(meter, "text", AggregationMethod.Count)],
            Groups = [new ExplorerGroup.ByDimension("text", new HashSet<string> { "meter-even" })],
        };

        var found = await usage.Store.ExploreAsync(query, Token);

        found.Groups.Select(row => row.Keys[0].Text![..2]).ShouldBe(["19", "18", "17"]);
        found.HasMore.ShouldBeTrue();
    }

    private static Metering.Meters.Meter Meter(string code) => Make.Meter(code, "what.text");

    private static Measurement Row(string uid, string meter, string text) =>
        Make.Measurement(uid, "2026-03-02T00:00:00Z", Make.Text("text", text)) with { Meter = meter };

    private static UsageExploration Query(int characters) => new()
    {
        OrganizationId = Make.Organization,
        Window = Make.March,
        Zone = DateTimeZone.Utc,
        Meters = [Meter("even"), Meter("odd")],
        Limit = 20_000,
        MaxCharacters = characters,
    };
}
