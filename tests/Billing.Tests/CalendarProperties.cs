using CsCheck;
using NodaTime;
using Tallystick.Billing.Calendar;
using Tallystick.Foundation.Values;
using static Tallystick.Billing.Tests.Scenario;

namespace Tallystick.Billing.Tests;

public sealed class CalendarProperties
{
    private static readonly Gen<LocalDate> Epochs = Gen.OneOf(
        Gen.Int[0, 20_000].Select(days => Date("1990-01-01").PlusDays(days)),
        Gen.Select(Gen.Int[28, 31], Gen.Int[0, 30]).Select((day, year) => new LocalDate(2000 + year, 1, day)),
        Gen.Int[0, 8].Select(leap => new LocalDate(2000 + (4 * leap), 2, 29)));

    private static readonly Gen<BillingCycle> Cycles = Gen.Select(
        Epochs,
        Gen.OneOf(
            Gen.Const(BillingFrequency.Daily),
            Gen.Const(BillingFrequency.Weekly),
            Gen.Const(BillingFrequency.Monthly),
            Gen.Const(BillingFrequency.Annually)),
        Gen.OneOf(Gen.Int[1, 3], Gen.Int[1, 365]),
        (epoch, frequency, interval) => new BillingCycle(epoch, frequency, interval));

    private static readonly IReadOnlyList<DateTimeZone> Zones =
        [.. DateTimeZoneProviders.Tzdb.Ids.Order(StringComparer.Ordinal).Select(id => DateTimeZoneProviders.Tzdb[id])];

    private static readonly Gen<DateTimeZone> AnyZone = Gen.Int[0, Zones.Count - 1].Select(index => Zones[index]);

    [Fact]
    public void Periods_AnyCycle_TileTheCalendar() =>
        Gen.Select(Cycles, Gen.Int[-20, 20]).Sample((cycle, index) =>
        {
            if (cycle is { Frequency: BillingFrequency.Annually, Interval: > 100 })
                index = Math.Clamp(index, -5, 5);
            return cycle.PeriodAt(index) is { IsEmpty: false } period
                && period.End == cycle.PeriodAt(index + 1).Start
                && period.Start == cycle.Boundary(index);
        });

    [Fact]
    public void IndexOf_AnyDate_IsTheInverseOfBoundary() =>
        Gen.Select(Cycles, Gen.Int[-12_000, 12_000]).Sample((cycle, days) =>
        {
            var date = cycle.Epoch.PlusDays(days);
            var period = cycle.PeriodContaining(date);
            var index = cycle.IndexOf(date);
            return period.Start <= date && date < period.End
                && cycle.IndexOf(period.Start) == index
                && cycle.IndexOf(period.End) == index + 1
                && cycle.IsBoundary(date) == (date == period.Start);
        });

    [Theory]
    [InlineData(BillingFrequency.Daily, 1, "2024-02-29", "2023-12-01", "2026-01-15")]
    [InlineData(BillingFrequency.Daily, 1, "2025-01-01", "2011-12-01", "2012-03-15")] // Samoa skips December 30
    [InlineData(BillingFrequency.Daily, 30, "2025-01-31", "1969-12-01", "2038-01-15")]
    [InlineData(BillingFrequency.Weekly, 1, "2025-03-30", "2005-01-01", "2030-01-01")] // a Sunday, when clocks change
    [InlineData(BillingFrequency.Weekly, 5, "2024-02-29", "1969-12-01", "2038-01-15")]
    [InlineData(BillingFrequency.Monthly, 1, "2025-01-28", "1969-12-01", "2038-01-15")]
    [InlineData(BillingFrequency.Monthly, 1, "2025-01-29", "1969-12-01", "2038-01-15")]
    [InlineData(BillingFrequency.Monthly, 1, "2025-01-30", "1969-12-01", "2038-01-15")]
    [InlineData(BillingFrequency.Monthly, 1, "2025-01-31", "1969-12-01", "2038-01-15")]
    [InlineData(BillingFrequency.Monthly, 5, "2024-02-29", "1969-12-01", "2038-01-15")]
    [InlineData(BillingFrequency.Annually, 1, "2024-02-29", "1900-01-01", "2050-01-01")]
    [InlineData(BillingFrequency.Annually, 3, "2025-12-31", "1900-01-01", "2050-01-01")]
    public void Windows_EveryZone_TileTime(
        BillingFrequency frequency, int interval, string epoch, string from, string to)
    {
        var cycle = new BillingCycle(Date(epoch), frequency, interval);
        var (first, last) = (cycle.IndexOf(Date(from)), cycle.IndexOf(Date(to)));
        var periods = Enumerable.Range(first, last - first + 1).Select(cycle.PeriodAt).ToList();
        foreach (var zone in Zones)
        {
            var boundary = LocalDay.Start(periods[0].Start, zone);
            foreach (var period in periods)
            {
                var window = period.In(zone);
                var mayBeEmpty = period.Days == 1 && IsSkipped(period.Start, zone);
                (window.Start == boundary && (mayBeEmpty || !window.IsEmpty)).ShouldBeTrue($"{zone.Id} {period}");
                boundary = window.End;
            }
        }
    }

    [Fact]
    public void BilledTime_AnyPlanInAnyZone_IsItsActiveTimeOnce() =>
        Gen.Select(AnyZone, Cycles, Gen.Int[-900, 900], Gen.Int[1, 900], Gen.Int[0, 86_399]).Sample(
            (zone, anyCycle, startDay, days, second) =>
            {
                var cycle = anyCycle with { Interval = Math.Min(anyCycle.Interval, 24) };
                var start = LocalDay.Start(cycle.Epoch.PlusDays(startDay), zone) + Duration.FromSeconds(second);
                var end = start + Duration.FromDays(days) - Duration.FromSeconds(second / 2);
                var plan = new PlanCycle(cycle, start, end, zone);
                var first = plan.FirstBillInArrears();
                var billed = start;
                for (var bill = first; billed < end; bill++)
                {
                    var window = plan.Before(bill, periods: 1).Window;
                    if (!window.IsEmpty && window.Start != billed)
                        return false;
                    billed = window.IsEmpty ? billed : window.End;
                }
                return billed == end && (!plan.HasBillAt(first - 1) || plan.Before(first - 1, periods: 1).IsEmpty);
            });

    [Fact]
    public void Days_EveryZone_AreSplitByTheirMidnights() =>
        Gen.Select(AnyZone, Gen.Int[0, 20_000], Gen.Long[0, 24 * 3_600_000L]).Sample(
            (zone, days, milliseconds) =>
            {
                var instant = At("1970-06-01") + Duration.FromDays(days) + Duration.FromMilliseconds(milliseconds);
                var day = LocalDay.Of(instant, zone);
                return LocalDay.Start(day, zone) <= instant && instant < LocalDay.Start(day.PlusDays(1), zone);
            });

    [Fact]
    public void Proration_PartitionOfAPeriod_AddsUpToTheWhole() =>
        Gen.Select(AnyZone, Cycles, Gen.Int[0, 1_000_000], Gen.Int[0, 1_000_000]).Sample(
            (zone, anyCycle, one, other) =>
            {
                var cycle = anyCycle with { Interval = Math.Min(anyCycle.Interval, 24) };
                var period = cycle.PeriodAt(3).In(zone);
                var length = period.End - period.Start;
                var first = period.Start + (length / 1_000_000 * Math.Min(one, other));
                var second = period.Start + (length / 1_000_000 * Math.Max(one, other));
                var whole = Factor(period.Start, period.End);
                return whole == 1m
                    && Factor(period.Start, first) + Factor(first, second) + Factor(second, period.End) == whole;

                Fraction Factor(Instant from, Instant to) =>
                    new PlanCycle(cycle, from, to, zone).From(3, periods: 1).Proration.Factor;
            });

    [Theory]
    [InlineData("Pacific/Apia", "2011-12-30")]
    [InlineData("Pacific/Kwajalein", "1993-08-21")]
    [InlineData("Pacific/Kiritimati", "1994-12-31")]
    public void Proration_BoundaryOnADayThatTheZoneSkipped_IsWhole(string zoneId, string skipped)
    {
        var zone = DateTimeZoneProviders.Tzdb[zoneId];
        var cycle = new BillingCycle(Date(skipped).PlusYears(-1), BillingFrequency.Monthly, 1);
        var plan = new PlanCycle(cycle, At("1990-01-01"), null, zone);
        IsSkipped(cycle.Boundary(12), zone).ShouldBeTrue();
        plan.Before(index: 12, periods: 1).Proration.Factor.ShouldBe((Fraction)1m); // ends on it
        plan.From(index: 12, periods: 1).Proration.Factor.ShouldBe((Fraction)1m); // begins on it
    }

    private static bool IsSkipped(LocalDate day, DateTimeZone zone) => zone.MapLocal(day.At(LocalTime.Noon)).Count == 0;
}
