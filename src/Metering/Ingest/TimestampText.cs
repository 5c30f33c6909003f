using NodaTime;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Measurements;

namespace Tallystick.Metering.Ingest;

/// <summary>
/// Reads the timestamps of measurements. The usual form, UTC with seconds and an optional fraction, is read directly;
/// every other ISO 8601 form by <see cref="InstantText"/>.
/// </summary>
internal static class TimestampText
{
    private const int LengthToTheSecond = 19; // 2026-03-01T09:30:00
    private const int MaximumFraction = 9;

    private static readonly Instant Earliest = NodaConstants.UnixEpoch;
    private static readonly Instant Latest = Instant.FromUtc(2262, 1, 1, 0, 0);

    private static ReadOnlySpan<int> DaysBeforeMonth =>
        [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];

    /// <summary>Reads nanoseconds since 1970.</summary>
    /// <param name="text">UTF-8, unescaped.</param>
    /// <param name="nanoseconds">The result.</param>
    /// <param name="isInRange">False if the instant is outside the years 1970 to 2261.</param>
    /// <returns>False if the text is not an instant.</returns>
    public static bool TryParse(ReadOnlySpan<byte> text, out long nanoseconds, out bool isInRange)
    {
        isInRange = true;
        if (TryParseUsual(text, out nanoseconds))
            return true;
        if (!InstantText.TryParse(text, out var instant))
            return false;
        isInRange = instant >= Earliest && instant < Latest;
        nanoseconds = isInRange ? Nanoseconds.Of(instant) : 0;
        return true;
    }

    private static bool TryParseUsual(ReadOnlySpan<byte> text, out long nanoseconds)
    {
        nanoseconds = 0;
        if (text.Length <= LengthToTheSecond
            || text[^1] != 'Z' || text[10] != 'T' || text[4] != '-' || text[7] != '-' || text[13] != ':'
            || text[16] != ':'
            || !TryTwo(text, 0, out var century) || !TryTwo(text, 2, out var yearOfCentury)
            || !TryTwo(text, 5, out var month) || !TryTwo(text, 8, out var day)
            || !TryTwo(text, 11, out var hour) || !TryTwo(text, 14, out var minute) || !TryTwo(text, 17, out var second)
            || !TryFraction(text[LengthToTheSecond..^1], out var fraction))
            return false;
        var year = (century * 100) + yearOfCentury;
        if (year is < 1970 or > 2261 || month is < 1 or > 12 || hour > 23 || minute > 59 || second > 59)
            return false;
        var isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        var days = DaysBeforeMonth[month] - DaysBeforeMonth[month - 1] + (isLeap && month == 2 ? 1 : 0);
        if (day < 1 || day > days)
            return false;
        var before = year - 1;
        long date = (365 * (year - 1970)) + (before / 4) - (before / 100) + (before / 400) - LeapDaysBefore1970
            + DaysBeforeMonth[month - 1] + (isLeap && month > 2 ? 1 : 0) + day - 1;
        var seconds = (date * 86_400) + (hour * 3600) + (minute * 60) + second;
        nanoseconds = (seconds * NodaConstants.NanosecondsPerSecond) + fraction;
        return true;
    }

    private const int LeapDaysBefore1970 = (1969 / 4) - (1969 / 100) + (1969 / 400);

    private static bool TryTwo(ReadOnlySpan<byte> text, int index, out int value)
    {
        var tens = (uint)(text[index] - '0');
        var ones = (uint)(text[index + 1] - '0');
        value = (int)((tens * 10) + ones);
        return tens <= 9 && ones <= 9;
    }

    // The part between the seconds and the Z: empty, or a point and one to nine digits.
    private static bool TryFraction(ReadOnlySpan<byte> text, out long nanoseconds)
    {
        nanoseconds = 0;
        if (text.Length == 0)
            return true;
        if (text[0] != '.' || text.Length is 1 or > MaximumFraction + 1)
            return false;
        for (var index = 1; index <= MaximumFraction; index++)
        {
            var digit = index < text.Length ? (uint)(text[index] - '0') : 0;
            if (digit > 9)
                return false;
            nanoseconds = (nanoseconds * 10) + digit;
        }
        return true;
    }
}
