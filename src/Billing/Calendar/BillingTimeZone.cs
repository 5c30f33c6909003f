using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using NodaTime;

namespace Tallystick.Billing.Calendar;

/// <summary>Parses the time zone that determines when billing days begin (<c>timezone</c>).</summary>
public static class BillingTimeZone
{
    /// <summary>Error text for an invalid time zone.</summary>
    public const string Rule =
        "must be a tz database name such as Europe/London, UTC, or an offset such as UTC+1:00, GMT+1 or +1";

    private const int MaxHours = 18;

    /// <summary>
    /// Parses a tz database name or an offset from UTC. An offset has an optional <c>UTC</c> or <c>GMT</c>, a sign, one
    /// or two digits for hours, and optionally a colon and two digits for minutes; at most 18 hours. Names are
    /// case-sensitive.
    /// </summary>
    /// <returns>False if the text is neither.</returns>
    public static bool TryParse(string text, [NotNullWhen(true)] out DateTimeZone? zone)
    {
        // Try names first, because the tz database has names such as GMT+0.
        zone = DateTimeZoneProviders.Tzdb.Ids.Contains(text)
            ? DateTimeZoneProviders.Tzdb[text]
            : FromOffset(text);
        return zone is not null;
    }

    private static DateTimeZone? FromOffset(string text)
    {
        var offset = text.AsSpan();
        if (offset.StartsWith("UTC", StringComparison.Ordinal) || offset.StartsWith("GMT", StringComparison.Ordinal))
            offset = offset[3..];
        if (offset.Length < 2 || offset[0] is not ('+' or '-'))
            return null;
        var isWest = offset[0] == '-';
        offset = offset[1..];
        var colon = offset.IndexOf(':');
        var minutes = 0;
        if (colon >= 0 && (!TryDigits(offset[(colon + 1)..], 2, 2, out minutes) || minutes > 59))
            return null;
        if (!TryDigits(colon < 0 ? offset : offset[..colon], 1, 2, out var hours))
            return null;
        var total = (hours * 60) + minutes;
        return total <= MaxHours * 60
            ? DateTimeZone.ForOffset(Offset.FromSeconds((isWest ? -total : total) * 60))
            : null;
    }

    private static bool TryDigits(ReadOnlySpan<char> text, int fewest, int most, out int value)
    {
        value = 0;
        return text.Length >= fewest && text.Length <= most
            && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }
}
