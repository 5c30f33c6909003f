using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using NodaTime;
using Tallystick.Foundation.Values;

namespace Tallystick.Metering.Expressions;

/// <summary>
/// A pattern of date-times with the letters of Java's formatters: <c>y M d D H h m s S a E X</c>. Text between single
/// quotes is literal.
/// </summary>
internal sealed class DateTimePattern
{
    /// <summary>The default pattern, which is the constant <c>DateTime.TS_FMT</c>.</summary>
    internal const string DefaultText = "yyyy-MM-dd'T'HH:mm:ss.SSSX";

    private const int MaxLength = 100;

    private static readonly DateTimeFormatInfo Names = CultureInfo.InvariantCulture.DateTimeFormat;
    private readonly List<Part> _parts = [];

    private DateTimePattern()
    {
    }

    /// <summary>The default pattern.</summary>
    internal static DateTimePattern Default { get; } =
        TryRead(DefaultText, out var pattern, out var fault) ? pattern : throw new InvalidOperationException(fault);

    /// <summary>Reads a pattern.</summary>
    /// <param name="text">The pattern.</param>
    /// <param name="pattern">The result.</param>
    /// <param name="fault">The fault, if the pattern is not valid.</param>
    internal static bool TryRead(string text, [NotNullWhen(true)] out DateTimePattern? pattern, out string fault)
    {
        pattern = null;
        fault = "";
        if (text.Length > MaxLength)
        {
            fault = $"a pattern has at most {MaxLength} characters";
            return false;
        }
        var read = new DateTimePattern();
        for (var at = 0; at < text.Length;)
        {
            var letter = text[at];
            if (letter == '\'')
            {
                if (!read.TryQuoted(text, ref at))
                {
                    fault = "a quote in the pattern is not closed";
                    return false;
                }
                continue;
            }
            var end = at + 1;
            while (char.IsAsciiLetter(letter) && end < text.Length && text[end] == letter)
                end++;
            if (char.IsAsciiLetter(letter) && !IsKnown(letter, end - at))
            {
                fault = $"'{text[at..end]}' means nothing in a pattern of date-times";
                return false;
            }
            read._parts.Add(char.IsAsciiLetter(letter)
                ? new Part(letter, end - at, "") : new Part('\'', 0, letter.ToString()));
            at = end;
        }
        pattern = read;
        return true;
    }

    /// <summary>Formats an instant in local time of the time zone.</summary>
    internal string Format(Instant instant, DateTimeZone zone)
    {
        var local = instant.InZone(zone);
        var text = new StringBuilder();
        foreach (var part in _parts)
            Write(text, part, local);
        return text.ToString();
    }

    /// <summary>Parses a text of this pattern. A text without an offset is in local time of the time zone.</summary>
    internal bool TryParse(string text, DateTimeZone zone, out Instant instant)
    {
        instant = default;
        var found = new Found();
        var at = 0;
        for (var index = 0; index < _parts.Count; index++)
        {
            // Adjacent numbers have no separator, so each must have exactly as many digits as letters in the pattern.
            var isExact = index + 1 < _parts.Count && IsNumber(_parts[index + 1]);
            if (!TryPart(_parts[index], text, ref at, found, isExact))
                return false;
        }
        return at == text.Length && found.TryResolve(zone, out instant);
    }

    private static bool IsKnown(char letter, int count) => letter switch
    {
        'y' => count is 1 or 2 or 4,
        'M' or 'E' => count <= 4,
        'd' or 'H' or 'h' or 'm' or 's' => count <= 2,
        'D' or 'X' => count <= 3,
        'S' => count <= 9,
        'a' => count == 1,
        _ => false,
    };

    private static bool IsNumber(Part part) => part.Letter switch
    {
        'M' => part.Count <= 2,
        'E' or 'a' or 'X' or '\'' => false,
        _ => true,
    };

    private static void Write(StringBuilder text, Part part, ZonedDateTime local)
    {
        switch (part.Letter)
        {
            case '\'':
                text.Append(part.Text);
                break;
            case 'M' when part.Count == 3:
                text.Append(Names.GetAbbreviatedMonthName(local.Month));
                break;
            case 'M' when part.Count == 4:
                text.Append(Names.GetMonthName(local.Month));
                break;
            case 'E':
                var day = (DayOfWeek)((int)local.DayOfWeek % 7);
                text.Append(part.Count == 4 ? Names.GetDayName(day) : Names.GetAbbreviatedDayName(day));
                break;
            case 'a':
                text.Append(local.Hour < 12 ? "AM" : "PM");
                break;
            case 'X':
                text.Append(OffsetText(local.Offset, part.Count));
                break;
            case 'S':
                text.Append(local.NanosecondOfSecond.ToString("D9", CultureInfo.InvariantCulture), 0, part.Count);
                break;
            default:
                text.Append(Number(part, local).ToString($"D{part.Count}", CultureInfo.InvariantCulture));
                break;
        }
    }

    private static int Number(Part part, ZonedDateTime local) => part.Letter switch
    {
        'y' => part.Count == 2 ? local.Year % 100 : local.Year,
        'M' => local.Month,
        'd' => local.Day,
        'D' => local.DayOfYear,
        'H' => local.Hour,
        'h' => local.ClockHourOfHalfDay,
        'm' => local.Minute,
        _ => local.Second,
    };

    // By the number of letters: +01 (with minutes if not zero), +0100, +01:00; Z for UTC.
    private static string OffsetText(Offset offset, int count)
    {
        if (offset == Offset.Zero)
            return "Z";
        var minutes = Math.Abs(offset.Seconds) / 60;
        var text = FormattableString.Invariant($"{(offset.Seconds < 0 ? '-' : '+')}{minutes / 60:D2}");
        if (count == 1 && minutes % 60 == 0)
            return text;
        return FormattableString.Invariant($"{text}{(count == 3 ? ":" : "")}{minutes % 60:D2}");
    }

    private bool TryQuoted(string text, ref int at)
    {
        // A doubled quote represents one quote, both inside and outside of quotes.
        if (at + 1 < text.Length && text[at + 1] == '\'')
        {
            _parts.Add(new Part('\'', 0, "'"));
            at += 2;
            return true;
        }
        var quoted = new StringBuilder();
        for (at++; at < text.Length; at++)
        {
            if (text[at] != '\'')
                quoted.Append(text[at]);
            else if (at + 1 < text.Length && text[at + 1] == '\'')
                quoted.Append(text[at++]);
            else
            {
                at++;
                _parts.Add(new Part('\'', 0, quoted.ToString()));
                return true;
            }
        }
        return false;
    }

    private static bool TryPart(Part part, string text, ref int at, Found found, bool isExact)
    {
        switch (part.Letter)
        {
            case '\'':
                if (string.CompareOrdinal(text, at, part.Text, 0, part.Text.Length) != 0)
                    return false;
                at += part.Text.Length;
                return true;
            case 'M' when part.Count > 2:
                return TryName(
                    text, ref at, part.Count == 3 ? Names.AbbreviatedMonthNames : Names.MonthNames, out found.Month);
            case 'E':
                return TryName(
                    text, ref at, part.Count == 4 ? Names.DayNames : Names.AbbreviatedDayNames, out _);
            case 'a':
                return TryName(text, ref at, ["AM", "PM"], out found.DayHalf);
            case 'X':
                return TryOffset(text, ref at, out found.Offset);
        }
        var start = at;
        var longest = isExact || part.Letter == 'S' ? part.Count : part.Letter == 'y' ? Math.Max(part.Count, 4) : 3;
        if (part is { Letter: 'y', Count: 2 })
            longest = 2;
        while (at < text.Length && at - start < longest && char.IsAsciiDigit(text[at]))
            at++;
        if (at == start || (isExact && at - start < part.Count)
            || !int.TryParse(text.AsSpan(start, at - start), CultureInfo.InvariantCulture, out var number))
            return false;
        if (part.Letter == 'S')
            number *= (int)DecimalPower.OfTen(9 - (at - start));
        found.Set(part, number);
        return true;
    }

    private static bool TryName(string text, ref int at, string[] names, out int number)
    {
        for (number = 1; number <= names.Length; number++)
        {
            var name = names[number - 1];
            if (name.Length == 0 || string.Compare(
                text, at, name, 0, name.Length, StringComparison.OrdinalIgnoreCase) != 0)
                continue;
            at += name.Length;
            return true;
        }
        return false;
    }

    // Accepts an offset in any form, regardless of the number of letters in the pattern.
    private static bool TryOffset(string text, ref int at, out int? seconds)
    {
        seconds = 0;
        if (at < text.Length && text[at] == 'Z')
        {
            at++;
            return true;
        }
        if (at >= text.Length || text[at] is not ('+' or '-'))
            return false;
        var sign = text[at++] == '-' ? -1 : 1;
        if (!TryTwoDigits(text, ref at, out var hours))
            return false;
        var before = at;
        if (at < text.Length && text[at] == ':')
            at++;
        if (!TryTwoDigits(text, ref at, out var minutes))
            (at, minutes) = (before, 0);
        seconds = sign * (hours * 60 + minutes) * 60;
        return hours <= 18 && minutes < 60;
    }

    private static bool TryTwoDigits(string text, ref int at, out int number)
    {
        number = 0;
        if (at + 2 > text.Length || !char.IsAsciiDigit(text[at]) || !char.IsAsciiDigit(text[at + 1]))
            return false;
        number = (text[at] - '0') * 10 + text[at + 1] - '0';
        at += 2;
        return true;
    }

    /// <param name="Letter">The pattern letter; a quote for literal text.</param>
    /// <param name="Count">The number of repetitions of the letter.</param>
    /// <param name="Text">The literal text.</param>
    private readonly record struct Part(char Letter, int Count, string Text);

    /// <summary>The parts found in a text. Missing parts have the first value of their range.</summary>
    private sealed class Found
    {
        internal int Month = 1;
        internal int DayHalf;
        internal int? Offset;
        private int _year = 1970;
        private int _day = 1;
        private int? _dayOfYear;
        private int _hour;
        private int? _hourOfHalf;
        private int _minute;
        private int _second;
        private int _nanosecond;

        internal void Set(Part part, int number)
        {
            switch (part.Letter)
            {
                case 'y':
                    _year = part.Count == 2 ? 2000 + number : number;
                    break;
                case 'M':
                    Month = number;
                    break;
                case 'd':
                    _day = number;
                    break;
                case 'D':
                    _dayOfYear = number;
                    break;
                case 'H':
                    _hour = number;
                    break;
                case 'h':
                    _hourOfHalf = number;
                    break;
                case 'm':
                    _minute = number;
                    break;
                case 's':
                    _second = number;
                    break;
                default:
                    _nanosecond = number;
                    break;
            }
        }

        internal bool TryResolve(DateTimeZone zone, out Instant instant)
        {
            instant = default;
            var hour = _hourOfHalf is { } half ? half % 12 + (DayHalf == 2 ? 12 : 0) : _hour;
            var isPast = _hourOfHalf is < 1 or > 12;
            if (isPast || _year is < 1 or > 9999 || Month is < 1 or > 12 || hour > 23 || _minute > 59 || _second > 59)
                return false;
            if (!TryDate(out var date))
                return false;
            var local = date + new LocalTime(hour, _minute, _second).PlusNanoseconds(_nanosecond);
            try
            {
                instant = Offset is { } seconds
                    ? local.WithOffset(NodaTime.Offset.FromSeconds(seconds)).ToInstant()
                    : LocalDay.At(local, zone);
                return true;
            }
            catch (OverflowException)
            {
                return false; // the first or last day of the calendar, out of range after conversion to UTC
            }
        }

        private bool TryDate(out LocalDate date)
        {
            date = default;
            if (_dayOfYear is { } day)
            {
                if (day < 1 || day > CalendarSystem.Iso.GetDaysInYear(_year))
                    return false;
                date = new LocalDate(_year, 1, 1).PlusDays(day - 1);
                return true;
            }
            if (_day < 1 || _day > CalendarSystem.Iso.GetDaysInMonth(_year, Month))
                return false;
            date = new LocalDate(_year, Month, _day);
            return true;
        }
    }
}
