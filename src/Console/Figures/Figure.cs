using System.Globalization;
using NodaTime;
using NodaTime.Text;

namespace Tallystick.Console.Figures;

/// <summary>How pages write quantities, amounts and times.</summary>
public static class Figure
{
    private const int MaxPlaces = 28;

    private static readonly NumberFormatInfo Grouped = new()
    {
        NumberGroupSeparator = ",",
        NumberDecimalSeparator = ".",
        NegativeSign = "−",
    };

    private static readonly ZonedDateTimePattern Minutes =
        ZonedDateTimePattern.CreateWithInvariantCulture("yyyy-MM-dd HH:mm", DateTimeZoneProviders.Tzdb);

    /// <summary>A quantity in full, with grouping: <c>1,234.0000125</c>.</summary>
    public static string Quantity(decimal? value) => value is { } number ? Write(number, 0) : "";

    /// <summary>An amount with at least the minor units of its currency: <c>1,234.50 USD</c>.</summary>
    public static string Money(decimal? value, string? currency) =>
        value is { } amount ? $"{Write(amount, MinorUnits(currency))} {currency}".TrimEnd() : "";

    /// <summary>An instant in a time zone, to the minute.</summary>
    public static string Time(DateTimeOffset? value, DateTimeZone zone) =>
        value is { } time ? Minutes.Format(Instant.FromDateTimeOffset(time).InZone(zone)) : "";

    /// <summary>A date.</summary>
    public static string Date(DateOnly? value) =>
        value?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "";

    /// <summary>A number of things: <c>1 bill</c>, <c>2 bills</c>, <c>No bills</c>.</summary>
    public static string Count(int count, string one, string many) =>
        count switch { 0 => $"No {many}", 1 => $"1 {one}", _ => $"{Quantity(count)} {many}" };

    // Of ISO 4217: those that do not have two.
    private static int MinorUnits(string? currency) => currency switch
    {
        "BIF" or "CLP" or "DJF" or "GNF" or "ISK" or "JPY" or "KMF" or "KRW" or "PYG" or "RWF" or "UGX" or "UYI"
            or "VND" or "VUV" or "XAF" or "XOF" or "XPF" => 0,
        "BHD" or "IQD" or "JOD" or "KWD" or "LYD" or "OMR" or "TND" => 3,
        null or "" => 0,
        _ => 2,
    };

    private static string Write(decimal value, int minPlaces) => value.ToString(
        $"#,##0.{new string('0', minPlaces)}{new string('#', MaxPlaces - minPlaces)}", Grouped);
}
