using CsCheck;
using NodaTime;
using Tallystick.Billing.Calendar;
using Tallystick.Foundation.Values;
using Tallystick.Pricing.Plans;
using Tallystick.Pricing.Rating;
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

    [Fact]
    public void Windows_EveryZone_TileTime()
    {
        var cycle = new BillingCycle(Date("2025-01-31"), BillingFrequency.Monthly, 1);
        foreach (var zone in Zones)
        {
            var first = cycle.IndexOf(Date("2009-01-01"));
            var previous = cycle.PeriodAt(first).In(zone);
            for (var index = first + 1; index < first + 250; index++)
            {
                var window = cycle.PeriodAt(index).In(zone);
                (window.Start == previous.End && window.End > window.Start).ShouldBeTrue($"{zone.Id} {index}");
                previous = window;
            }
        }
    }

    [Fact]
    public void Days_EveryZone_AreSplitByTheirMidnights() =>
        Gen.Select(AnyZone, Gen.Int[0, 20_000], Gen.Long[0, 24 * 3_600_000L]).Sample(
            (zone, days, milliseconds) =>
            {
                var instant = At("1970-06-01") + Duration.FromDays(days) + Duration.FromMilliseconds(milliseconds);
                var day = ActiveDays.DayOf(instant, zone);
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
}
