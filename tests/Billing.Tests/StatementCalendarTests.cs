using NodaTime;
using NodaTime.Text;
using Tallystick.Billing.StatementDefinitions;
using Tallystick.Billing.Statements;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Tests;

/// <summary>The rows of statements: calendar units in the bill's time zone, clipped to the service period.</summary>
public sealed class StatementCalendarTests
{
    [Theory]
    // Days in Berlin begin at 22:00 UTC in summer and 23:00 UTC in winter; the clocks change on 26 October 2025.
    [InlineData("Day", "2025-10-24T22:00 2025-10-27T23:00", "2025-10-24T22:00 2025-10-25T22:00 2025-10-26T23:00")]
    [InlineData("Day", "2025-01-01T10:00 2025-01-02T01:00", "2025-01-01T10:00 2025-01-01T23:00")]
    // Weeks begin on Tuesday, the weekday of the default epoch: 31 December 2024, 7 January 2025.
    [InlineData("Week", "2024-12-31T23:00 2025-01-14T23:00", "2024-12-31T23:00 2025-01-06T23:00 2025-01-13T23:00")]
    [InlineData("Week", "2025-01-06T23:00 2025-01-13T23:00", "2025-01-06T23:00")]
    [InlineData("Month", "2025-01-14T23:00 2025-03-14T23:00", "2025-01-14T23:00 2025-01-31T23:00 2025-02-28T23:00")]
    [InlineData("Quarter", "2025-02-28T23:00 2025-07-31T22:00", "2025-02-28T23:00 2025-03-31T22:00 2025-06-30T22:00")]
    [InlineData("Year", "2024-06-30T22:00 2025-06-30T22:00", "2024-06-30T22:00 2024-12-31T23:00")]
    [InlineData("WholePeriod", "2024-06-30T22:00 2025-06-30T22:00", "2024-06-30T22:00")]
    [InlineData("Day", "2025-01-01T23:00 2025-01-01T23:00", "")]
    public void Rows_OfAPeriod_BeginWithCalendarUnits(string frequency, string period, string starts)
    {
        var (start, end) = (At(period.Split(' ')[0]), At(period.Split(' ')[1]));

        var rows = StatementCalendar.Divide(
            Enum.Parse<AggregationFrequency>(frequency), new Window(start, end),
            DateTimeZoneProviders.Tzdb["Europe/Berlin"], IsoDayOfWeek.Tuesday);

        rows.Select(row => row.Start).ShouldBe(
            starts.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(At));
        foreach (var (row, next) in rows.Zip(rows.Skip(1)))
            row.End.ShouldBe(next.Start);
        if (rows.Count > 0)
            rows[^1].End.ShouldBe(end);
    }

    [Fact]
    public void Rows_TooMany_AreRefused() => Should.Throw<StatementException>(() => StatementCalendar.Divide(
        AggregationFrequency.Day, new Window(At("1990-01-01T00:00"), At("2025-01-01T00:00")), DateTimeZone.Utc,
        IsoDayOfWeek.Monday)).Message.ShouldContain("10000");

    private static Instant At(string text) =>
        InstantPattern.CreateWithInvariantCulture("uuuu-MM-dd'T'HH:mm").Parse(text).Value;
}
