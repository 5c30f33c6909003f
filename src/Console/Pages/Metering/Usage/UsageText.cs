using System.Globalization;
using NodaTime;
using Tallystick.Client;
using Tallystick.Console.Figures;

namespace Tallystick.Console.Pages.Metering.Usage;

/// <summary>Values in rows of usage as text.</summary>
internal static class UsageText
{
    /// <summary>A member of a row: a number in full, or a text; empty for none.</summary>
    internal static string Of(Dictionary<string, FieldValue> row, string member) =>
        row.TryGetValue(member, out var value) ? Of(value) : "";

    /// <summary>A value: a number in full, or a text.</summary>
    internal static string Of(FieldValue value) =>
        value.Json.ValueKind == System.Text.Json.JsonValueKind.Null ? ""
        : Number(value) is { } number ? Figure.Quantity(number)
        : value.ToString();

    /// <summary>A number; null for anything else, and for a number that has too many digits.</summary>
    internal static decimal? Number(FieldValue value) =>
        value.IsNumber && value.Json.TryGetDecimal(out var number) ? number : null;

    /// <summary>An instant of a row, in a time zone.</summary>
    internal static string Time(Dictionary<string, FieldValue> row, string member, DateTimeZone zone) =>
        DateTimeOffset.TryParse(
            Of(row, member), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? Figure.Time(time, zone) : Of(row, member);
}
