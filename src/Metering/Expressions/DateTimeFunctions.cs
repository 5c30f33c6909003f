using NodaTime;
using Tallystick.Foundation.Values;

namespace Tallystick.Metering.Expressions;

/// <summary>
/// The parts of date-times and the functions of <c>DateTime</c>, all in the organization's time zone. If an argument is
/// null, the result is null.
/// </summary>
internal static class DateTimeFunctions
{
    private const ValueKind Text = ValueKind.Text;
    private const ValueKind Number = ValueKind.Number;
    private const ValueKind DateTime = ValueKind.DateTime;
    private const int Work = 20;

    private static readonly Dictionary<string, Func<Instant, DateTimeZone, decimal>> Parts = new(StringComparer.Ordinal)
    {
        ["year"] = (instant, zone) => instant.InZone(zone).Year,
        ["month"] = (instant, zone) => instant.InZone(zone).Month,
        ["day"] = (instant, zone) => instant.InZone(zone).Day,
        ["hour"] = (instant, zone) => instant.InZone(zone).Hour,
        ["minute"] = (instant, zone) => instant.InZone(zone).Minute,
        ["second"] = (instant, zone) => instant.InZone(zone).Second,
        ["dayOfWeek"] = (instant, zone) => (int)instant.InZone(zone).DayOfWeek,
        ["daysInMonth"] = (instant, zone) =>
            CalendarSystem.Iso.GetDaysInMonth(instant.InZone(zone).Year, instant.InZone(zone).Month),
        ["epochSeconds"] = (instant, _) => instant.ToUnixTimeSeconds(),
        ["epochMillis"] = (instant, _) => instant.ToUnixTimeMilliseconds(),
    };

    /// <summary>Units of time. Days and longer units follow the calendar.</summary>
    private static readonly Dictionary<string, PeriodUnits> Units = new(StringComparer.Ordinal)
    {
        ["SECOND"] = PeriodUnits.Seconds,
        ["MINUTE"] = PeriodUnits.Minutes,
        ["HOUR"] = PeriodUnits.Hours,
        ["DAY"] = PeriodUnits.Days,
        ["WEEK"] = PeriodUnits.Weeks,
        ["MONTH"] = PeriodUnits.Months,
        ["YEAR"] = PeriodUnits.Years,
    };

    internal static IReadOnlyList<Function> All { get; } =
    [
        new("DateTime.parse", [Text, Text], DateTime, Parse) { Min = 1 },
        new("DateTime.format", [DateTime, Text], Text, Format) { Min = 1 },
        new("DateTime.plus", [DateTime, Number, Text], DateTime, Plus),
        new("DateTime.between", [DateTime, DateTime, Text], Number, Between),
        new("DateTime.startOf", [DateTime, Text], DateTime, StartOf),
    ];

    /// <summary>The parts of a date-time, for messages.</summary>
    internal static string KnownParts { get; } = string.Join(", ", Parts.Keys);

    /// <summary>Whether date-times have the part; all parts are numbers.</summary>
    internal static bool IsPart(string name) => Parts.ContainsKey(name);

    /// <summary>A part of a date-time.</summary>
    internal static Code.Number Part(int column, Step<Instant?> value, string part)
    {
        var read = Parts[part];
        return new Code.Number(
            column, evaluation => value(evaluation) is { } instant ? read(instant, evaluation.Zone) : null);
    }

    private static Code.DateTime Parse(CallArguments call)
    {
        var text = call.Text(0);
        var pattern = call.Count > 1 ? Pattern(call, 1) : null;
        var rule = call.Count > 1 ? "does not have the form of the pattern" : InstantText.Rule;
        return new Code.DateTime(call.Column, evaluation =>
        {
            if (text(evaluation) is not { } given || !evaluation.TrySpend(Work))
                return null;
            Instant instant;
            if (pattern is null)
            {
                if (InstantText.TryParse(given, evaluation.Zone, out instant))
                    return instant;
            }
            else
            {
                if (pattern(evaluation) is not { } form)
                    return null;
                if (form.TryParse(given, evaluation.Zone, out instant))
                    return instant;
            }
            evaluation.Fail(call.Fault($"'{TextLength.Shorten(given, 40)}' {rule}"));
            return null;
        });
    }

    private static Code.Text Format(CallArguments call)
    {
        var value = call.DateTime(0);
        var pattern = call.Count > 1 ? Pattern(call, 1) : _ => DateTimePattern.Default;
        return new Code.Text(call.Column, evaluation =>
            value(evaluation) is { } instant && pattern(evaluation) is { } form && evaluation.TrySpend(Work)
                ? form.Format(instant, evaluation.Zone) : null);
    }

    // A literal pattern is parsed once, at compile time.
    private static Step<DateTimePattern?> Pattern(CallArguments call, int index)
    {
        if (call.Literal(index) is { } literal && DateTimePattern.TryRead(literal, out var known, out _))
            return _ => known;
        var text = call.Text(index);
        return evaluation =>
        {
            if (text(evaluation) is not { } given || !evaluation.TrySpend(Work))
                return null;
            if (DateTimePattern.TryRead(given, out var pattern, out var fault))
                return pattern;
            evaluation.Fail(call.Fault(fault));
            return null;
        };
    }

    private static Code.DateTime Plus(CallArguments call)
    {
        var (value, amount, unit) = (call.DateTime(0), call.Number(1), Unit(call, 2));
        var notWhole = call.Fault("the amount must be a whole number from -1000000000 to 1000000000");
        var tooFar = call.Fault("the date-time lies outside the years 1 to 9999");
        return new Code.DateTime(call.Column, evaluation =>
        {
            if (value(evaluation) is not { } instant || amount(evaluation) is not { } count
                || unit(evaluation) is not { } units || !evaluation.TrySpend(Work))
                return null;
            if (count != decimal.Truncate(count) || Math.Abs(count) > 1_000_000_000)
            {
                evaluation.Fail(notWhole);
                return null;
            }
            try
            {
                var moved = Moved(instant, (int)count, units, evaluation.Zone);
                if (moved.InUtc().Year is >= 1 and <= 9999)
                    return moved;
                evaluation.Fail(tooFar);
                return null;
            }
            // NodaTime throws either exception for a date outside its calendar.
            catch (Exception exception) when (exception is OverflowException or ArgumentOutOfRangeException)
            {
                evaluation.Fail(tooFar);
                return null;
            }
        });
    }

    private static Instant Moved(Instant instant, int count, PeriodUnits unit, DateTimeZone zone)
    {
        switch (unit)
        {
            case PeriodUnits.Seconds:
                return instant + Duration.FromSeconds(count);
            case PeriodUnits.Minutes:
                return instant + Duration.FromMinutes(count);
            case PeriodUnits.Hours:
                return instant + Duration.FromHours(count);
        }
        var period = unit switch
        {
            PeriodUnits.Days => NodaTime.Period.FromDays(count),
            PeriodUnits.Weeks => NodaTime.Period.FromWeeks(count),
            PeriodUnits.Months => NodaTime.Period.FromMonths(count),
            _ => NodaTime.Period.FromYears(count),
        };
        return LocalDay.At(instant.InZone(zone).LocalDateTime + period, zone);
    }

    // Counts whole units: by elapsed time for units below a day, by the calendar from a day on.
    private static Code.Number Between(CallArguments call)
    {
        var (start, end, unit) = (call.DateTime(0), call.DateTime(1), Unit(call, 2));
        return new Code.Number(call.Column, evaluation =>
        {
            if (start(evaluation) is not { } from || end(evaluation) is not { } to
                || unit(evaluation) is not { } units || !evaluation.TrySpend(Work))
                return null;
            var elapsed = to - from;
            return units switch
            {
                PeriodUnits.Seconds => (long)elapsed.TotalSecondsExact(),
                PeriodUnits.Minutes => (long)(elapsed.TotalSecondsExact() / NodaConstants.SecondsPerMinute),
                PeriodUnits.Hours => (long)(elapsed.TotalSecondsExact() / NodaConstants.SecondsPerHour),
                _ => Counted(from, to, units, evaluation.Zone),
            };
        });
    }

    private static decimal Counted(Instant from, Instant to, PeriodUnits unit, DateTimeZone zone)
    {
        var period = NodaTime.Period.Between(
            from.InZone(zone).LocalDateTime, to.InZone(zone).LocalDateTime, unit);
        return (long)period.Days + period.Weeks + period.Months + period.Years;
    }

    private static Code.DateTime StartOf(CallArguments call)
    {
        var (value, unit) = (call.DateTime(0), Unit(call, 1));
        return new Code.DateTime(call.Column, evaluation =>
            value(evaluation) is { } instant && unit(evaluation) is { } units && evaluation.TrySpend(Work)
                ? StartOf(instant, units, evaluation.Zone) : null);
    }

    private static Instant StartOf(Instant instant, PeriodUnits unit, DateTimeZone zone)
    {
        var local = instant.InZone(zone).LocalDateTime;
        var date = local.Date;
        return unit switch
        {
            // Subtract from the instant, so that in an hour that occurs twice, the result is in the same occurrence.
            PeriodUnits.Seconds => instant - Duration.FromNanoseconds(local.NanosecondOfSecond),
            PeriodUnits.Minutes => instant - Duration.FromNanoseconds(
                local.NanosecondOfDay % NodaConstants.NanosecondsPerMinute),
            PeriodUnits.Hours => instant - Duration.FromNanoseconds(
                local.NanosecondOfDay % NodaConstants.NanosecondsPerHour),
            PeriodUnits.Days => LocalDay.Start(date, zone),
            PeriodUnits.Weeks => LocalDay.Start(date.PlusDays(1 - (int)date.DayOfWeek), zone),
            PeriodUnits.Months => LocalDay.Start(new LocalDate(date.Year, date.Month, 1), zone),
            _ => LocalDay.Start(new LocalDate(date.Year, 1, 1), zone),
        };
    }

    private static Step<PeriodUnits?> Unit(CallArguments call, int index)
    {
        var text = call.Text(index);
        var unknown = call.Fault($"the unit must be one of {string.Join(", ", Units.Keys)}");
        return evaluation =>
        {
            if (text(evaluation) is not { } given)
                return null;
            if (Units.TryGetValue(given, out var unit))
                return unit;
            evaluation.Fail(unknown);
            return null;
        };
    }

    private static decimal TotalSecondsExact(this Duration duration) =>
        (decimal)duration.Days * NodaConstants.SecondsPerDay
            + (decimal)duration.NanosecondOfDay / NodaConstants.NanosecondsPerSecond;
}
