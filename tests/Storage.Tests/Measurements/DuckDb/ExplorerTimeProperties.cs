using CsCheck;
using DuckDB.NET.Data;
using NodaTime;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Usage;
using Tallystick.Storage.Measurements.DuckDb;

namespace Tallystick.Storage.Tests.Measurements.DuckDb;

/// <summary>In every time zone and year, each instant is in the bucket that began last.</summary>
public sealed class ExplorerTimeProperties : IDisposable
{
    private static readonly string[] Ids = [.. DateTimeZoneProviders.Tzdb.Ids];

    private static readonly Gen<DateTimeZone> Zones =
        Gen.Int[0, Ids.Length - 1].Select(index => DateTimeZoneProviders.Tzdb[Ids[index]]);

    private static readonly Gen<Instant> Starts = Gen.Frequency(
        (6, Gen.Int[0, 60 * 365]),
        (3, Gen.Int[-100 * 365, 200 * 365]),
        (1, Gen.Int[-1, 2]))
        .Select(Gen.Long[0, NodaConstants.NanosecondsPerDay - 1], (day, nanosecond) =>
            NodaConstants.UnixEpoch + Duration.FromDays(day) + Duration.FromNanoseconds(nanosecond));

    private static readonly Gen<Duration> Lengths = Gen.Frequency(
        (1, Gen.Long[1, NodaConstants.NanosecondsPerDay]),
        (3, Gen.Long[1, 3 * 365 * NodaConstants.NanosecondsPerDay]))
        .Select(Duration.FromNanoseconds);

    private static readonly Gen<Window> Windows =
        Starts.Select(Lengths, (start, length) => new Window(start, start + length));

    private readonly DuckDBConnection _connection = new("DataSource=:memory:");

    public ExplorerTimeProperties() => _connection.Open();

    public void Dispose() => _connection.Dispose();

    [Theory]
    [InlineData(DataExplorerUsageDataFrequency.Hour)]
    [InlineData(DataExplorerUsageDataFrequency.Day)]
    [InlineData(DataExplorerUsageDataFrequency.Week)]
    [InlineData(DataExplorerUsageDataFrequency.Month)]
    [InlineData(DataExplorerUsageDataFrequency.Quarter)]
    public void Bucket_OfAnyInstant_IsTheOneThatBeganLast(DataExplorerUsageDataFrequency frequency) =>
        Zones.Select(Windows, Gen.Double[0, 1].Array[1, 20]).Sample(
            (zone, window, places) =>
            {
                // Also around what the clocks do then.
                var instants = places
                    .Select(place => window.Start + (window.End - window.Start) * place)
                    .Concat(zone.GetZoneIntervals(window.Start, window.End).Skip(1).Take(20)
                        .SelectMany(interval => places.Select(place =>
                            interval.Start + Duration.FromHours(3) * (place - 0.5))))
                    .Append(window.Start)
                    .Append(window.End - Duration.Epsilon)
                    .Where(instant => window.Start <= instant && instant < window.End)
                    .ToList();
                Found(new ExplorerTime(frequency, zone, window), instants)
                    .ShouldBe(instants.Select(instant => Start(frequency, zone, instant)), $"{zone}, {window}");
            },
            iter: 300,
            threads: 1);

    private List<Instant> Found(ExplorerTime time, IReadOnlyList<Instant> instants)
    {
        var rows = instants.Select((instant, index) =>
            FormattableString.Invariant($"({index}, {Nanoseconds.Of(instant)}::BIGINT)"));
        using var command = _connection.Command(
            $"SELECT {time.Bucket}::BIGINT FROM (VALUES {string.Join(", ", rows)}) m(row, ts) ORDER BY row");
        return command.Read(row => time.Start(row.GetInt64(0)));
    }

    private static Instant Start(DataExplorerUsageDataFrequency frequency, DateTimeZone zone, Instant instant)
    {
        var local = instant.InZone(zone).LocalDateTime;
        if (frequency == DataExplorerUsageDataFrequency.Hour)
        {
            var hour = instant - Duration.FromNanoseconds(local.NanosecondOfDay % NodaConstants.NanosecondsPerHour);
            var interval = zone.GetZoneInterval(instant);
            return interval.HasStart ? Instant.Max(hour, interval.Start) : hour;
        }
        // Clocks that go back over midnight may show the day before again.
        return new[] { local.Date, local.Date.PlusDays(1) }
            .Select(date => LocalDay.Start(FirstDay(frequency, date), zone))
            .Last(start => start <= instant);
    }

    private static LocalDate FirstDay(DataExplorerUsageDataFrequency frequency, LocalDate date) => frequency switch
    {
        DataExplorerUsageDataFrequency.Week => date.PlusDays(1).Previous(IsoDayOfWeek.Monday),
        DataExplorerUsageDataFrequency.Month => new LocalDate(date.Year, date.Month, 1),
        DataExplorerUsageDataFrequency.Quarter => new LocalDate(date.Year, (date.Month - 1) / 3 * 3 + 1, 1),
        _ => date,
    };
}
