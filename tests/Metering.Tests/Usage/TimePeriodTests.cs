using NodaTime;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Usage;

namespace Tallystick.Metering.Tests.Usage;

/// <summary>Time periods (metering reference 12.2), in New York, where the clock changed on 10 March 2024.</summary>
public sealed class TimePeriodTests
{
    private static readonly DateTimeZone Zone = DateTimeZoneProviders.Tzdb["America/New_York"];

    [Theory]
    [InlineData(UsageTimePeriod.Today, "2024-06-12T15:30", "2024-06-12T00:00 2024-06-12T15:30")]
    [InlineData(UsageTimePeriod.Yesterday, "2024-06-12T15:30", "2024-06-11T00:00 2024-06-12T00:00")]
    [InlineData(UsageTimePeriod.PreviousWeek, "2024-06-12T15:30", "2024-06-03T00:00 2024-06-10T00:00")]
    [InlineData(UsageTimePeriod.WeekToDate, "2024-10-16T10:00", "2024-10-14T00:00 2024-10-16T10:00")]
    [InlineData(UsageTimePeriod.MonthToDate, "2024-06-12T15:30", "2024-06-01T00:00 2024-06-12T15:30")]
    [InlineData(UsageTimePeriod.YearToDate, "2024-06-12T15:30", "2024-01-01T00:00 2024-06-12T15:30")]
    [InlineData(UsageTimePeriod.PreviousMonth, "2024-03-31T15:30", "2024-02-01T00:00 2024-03-01T00:00")]
    [InlineData(UsageTimePeriod.PreviousQuarter, "2024-02-10T15:30", "2023-10-01T00:00 2024-01-01T00:00")]
    [InlineData(UsageTimePeriod.PreviousQuarter, "2024-06-30T15:30", "2024-01-01T00:00 2024-04-01T00:00")]
    [InlineData(UsageTimePeriod.PreviousYear, "2024-06-12T15:30", "2023-01-01T00:00 2024-01-01T00:00")]
    [InlineData(UsageTimePeriod.Last12Hours, "2024-06-12T15:30", "2024-06-12T03:00 2024-06-12T15:00")]
    [InlineData(UsageTimePeriod.Last12Hours, "2024-03-10T12:10", "2024-03-09T23:00 2024-03-10T12:00")]
    [InlineData(UsageTimePeriod.Last7Days, "2024-06-15T15:30", "2024-06-08T00:00 2024-06-15T00:00")]
    [InlineData(UsageTimePeriod.Last30Days, "2024-06-15T15:30", "2024-05-16T00:00 2024-06-15T00:00")]
    [InlineData(UsageTimePeriod.Last35Days, "2024-06-15T15:30", "2024-05-11T00:00 2024-06-15T00:00")]
    [InlineData(UsageTimePeriod.Last90Days, "2024-06-15T15:30", "2024-03-17T00:00 2024-06-15T00:00")]
    [InlineData(UsageTimePeriod.Last120Days, "2024-06-15T15:30", "2024-02-16T00:00 2024-06-15T00:00")]
    [InlineData(UsageTimePeriod.LastYear, "2024-06-15T15:30", "2023-06-16T00:00 2024-06-15T00:00")]
    public void Period_AtAMoment_HasItsLocalStartAndEnd(UsageTimePeriod period, string now, string expected)
    {
        var window = period.WindowOf(At(now), Zone);

        string.Join(' ', new[] { window.Start, window.End }.Select(bound =>
            bound.InZone(Zone).LocalDateTime.ToString("uuuu-MM-dd'T'HH:mm", null))).ShouldBe(expected);
    }

    [Fact]
    public void Period_AtMidnight_IsNotEmpty() =>
        UsageTimePeriod.Today.WindowOf(At("2024-06-12T00:00"), Zone).IsEmpty.ShouldBeFalse();

    private static Instant At(string local) =>
        InstantText.TryParse(local, Zone, out var instant) ? instant : throw new ArgumentException(local);
}
