using System.Globalization;
using NodaTime;
using NodaTime.Text;

namespace Tallystick.Foundation.Values;

/// <summary>
/// Reads and writes instants as ISO 8601 text: a date, optionally a time with 0 to 9 fraction digits and an offset. A
/// missing time means midnight. Without an offset, it is in the given time zone, or UTC if none is given. Always
/// written in UTC with <c>Z</c>.
/// </summary>
public static class InstantText
{
    private static readonly InstantPattern SortablePattern =
        InstantPattern.CreateWithInvariantCulture("uuuu-MM-dd'T'HH:mm:ss.fffffffff'Z'");

    // The years 0001 to 9999, as time since the Unix epoch.
    private static readonly Duration Earliest = Instant.FromUtc(1, 1, 1, 0, 0) - NodaConstants.UnixEpoch;
    private static readonly Duration Latest = Instant.MaxValue - NodaConstants.UnixEpoch;

    /// <summary>The message for an invalid date-time.</summary>
    public const string Rule = "must be an ISO 8601 date-time such as 2026-03-01T09:30:00Z";

    /// <summary>The text in the API document for dates and date-times that are local without an offset.</summary>
    public const string ZoneRule =
        "A date without a time means midnight. Dates and times without an offset are in the organization's `timezone`.";

    /// <summary>Reads UTF-8 text; without an offset it is in UTC.</summary>
    /// <returns>False if the text is not a date-time in the years 0001 to 9999.</returns>
    public static bool TryParse(ReadOnlySpan<byte> text, out Instant instant) => TryParse(text, null, out instant);

    private static bool TryParse(ReadOnlySpan<byte> text, DateTimeZone? zone, out Instant instant)
    {
        instant = default;
        if (!TryDate(ref text, out var date))
            return false;
        var nanoseconds = 0L;
        int? offset = null;
        if (text.Length > 0)
        {
            if (text[0] is not ((byte)'T' or (byte)'t' or (byte)' '))
                return false;
            text = text[1..];
            if (!TryTime(ref text, out nanoseconds) || !TryOffset(ref text, out offset) || text.Length > 0)
                return false;
        }
        if (offset is null && zone is not null)
            return TryResolve(date.AtMidnight().PlusNanoseconds(nanoseconds), zone, out instant);
        var days = Period.DaysBetween(new LocalDate(1970, 1, 1), date);
        var sinceEpoch =
            Duration.FromDays(days) + Duration.FromNanoseconds(nanoseconds) - Duration.FromSeconds(offset ?? 0);
        // The offset can move the instant outside the supported years.
        if (sinceEpoch < Earliest || sinceEpoch > Latest)
            return false;
        instant = NodaConstants.UnixEpoch + sinceEpoch;
        return true;
    }

    /// <summary>Reads text; without an offset it is in UTC.</summary>
    public static bool TryParse(string text, out Instant instant) => TryParse(text, null, out instant);

    /// <summary>Reads text; without an offset it is in the time zone.</summary>
    /// <remarks>
    /// A local time that occurs twice means the earlier one. A local time that the clock skips means the instant of the
    /// change, so that a date means the same as its midnight.
    /// </remarks>
    public static bool TryParse(string text, DateTimeZone? zone, out Instant instant)
    {
        Span<byte> bytes = stackalloc byte[64];
        instant = default;
        return text.Length <= 40
            && System.Text.Encoding.UTF8.TryGetBytes(text, bytes, out var length)
            && TryParse(bytes[..length], zone, out instant);
    }

    private static bool TryResolve(LocalDateTime local, DateTimeZone zone, out Instant instant)
    {
        try
        {
            instant = LocalDay.At(local, zone);
        }
        catch (OverflowException)
        {
            instant = default;
            return false;
        }
        return instant - NodaConstants.UnixEpoch >= Earliest;
    }

    /// <summary>Writes in UTC, with as many fraction digits as needed.</summary>
    public static string Write(Instant instant) => InstantPattern.ExtendedIso.Format(instant);

    /// <summary>Writes in UTC with nine fraction digits, so that texts sort like the instants.</summary>
    public static string Sortable(Instant instant) => SortablePattern.Format(instant);

    private static bool TryDate(ref ReadOnlySpan<byte> text, out LocalDate date)
    {
        date = default;
        if (text.Length < 10
            || !TryDigits(text[..4], out var year) || text[4] != '-'
            || !TryDigits(text[5..7], out var month) || text[7] != '-'
            || !TryDigits(text[8..10], out var day))
            return false;
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > CalendarSystem.Iso.GetDaysInMonth(year, month))
            return false;
        date = new LocalDate(year, month, day);
        text = text[10..];
        return true;
    }

    private static bool TryTime(ref ReadOnlySpan<byte> text, out long nanoseconds)
    {
        nanoseconds = 0;
        if (text.Length < 5
            || !TryDigits(text[..2], out var hour) || text[2] != ':' || !TryDigits(text[3..5], out var minute)
            || hour > 23 || minute > 59)
            return false;
        text = text[5..];
        var second = 0;
        long fraction = 0;
        if (text.Length >= 3 && text[0] == ':')
        {
            if (!TryDigits(text[1..3], out second) || second > 59)
                return false;
            text = text[3..];
            if (text.Length > 0 && text[0] is (byte)'.' or (byte)',' && !TryFraction(ref text, out fraction))
                return false;
        }
        nanoseconds = ((((hour * 60L) + minute) * 60) + second) * NodaConstants.NanosecondsPerSecond + fraction;
        return true;
    }

    private static bool TryFraction(ref ReadOnlySpan<byte> text, out long nanoseconds)
    {
        nanoseconds = 0;
        var length = 1;
        while (length < text.Length && text[length] is >= (byte)'0' and <= (byte)'9')
            length++;
        if (length is 1 or > 10)
            return false;
        for (var index = 1; index < 10; index++)
            nanoseconds = (nanoseconds * 10) + (index < length ? text[index] - '0' : 0);
        text = text[length..];
        return true;
    }

    private static bool TryOffset(ref ReadOnlySpan<byte> text, out int? offset)
    {
        offset = null;
        if (text.Length == 0)
            return true;
        offset = 0;
        if (text[0] is (byte)'Z' or (byte)'z')
        {
            text = text[1..];
            return true;
        }
        if (text[0] is not ((byte)'+' or (byte)'-') || text.Length < 3 || !TryDigits(text[1..3], out var hours))
            return false;
        var sign = text[0] == '-' ? -1 : 1;
        text = text[3..];
        var minutes = 0;
        if (text.Length > 0)
        {
            if (text[0] == ':')
                text = text[1..];
            if (text.Length < 2 || !TryDigits(text[..2], out minutes))
                return false;
            text = text[2..];
        }
        var seconds = sign * ((hours * 60) + minutes) * 60;
        offset = seconds;
        return hours <= 18 && minutes <= 59 && Math.Abs(seconds) <= 18 * 3600;
    }

    private static bool TryDigits(ReadOnlySpan<byte> text, out int value)
    {
        value = 0;
        foreach (var c in text)
        {
            if (c is < (byte)'0' or > (byte)'9')
                return false;
            value = (value * 10) + (c - '0');
        }
        return true;
    }

    /// <summary>Reads a calendar date, <c>yyyy-MM-dd</c>, of the years 0001 to 9999.</summary>
    public static bool TryParseDate(string text, out LocalDate date)
    {
        Span<byte> bytes = stackalloc byte[16];
        date = default;
        if (text.Length != 10 || !System.Text.Encoding.UTF8.TryGetBytes(text, bytes, out var length))
            return false;
        ReadOnlySpan<byte> read = bytes[..length];
        return TryDate(ref read, out date) && read.IsEmpty;
    }

    /// <summary>Writes a calendar date, <c>yyyy-MM-dd</c>.</summary>
    public static string Write(LocalDate date) => date.ToString("uuuu-MM-dd", CultureInfo.InvariantCulture);
}
