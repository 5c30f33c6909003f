using System.Text.Json;
using NodaTime;
using Tallystick.Foundation.Values;

namespace Tallystick.Foundation.Json;

/// <summary>
/// The shape that a JSON value must have. Derived once from the properties of a record and their limits. It checks
/// requests and describes them in the API document, so that the two cannot differ.
/// </summary>
public abstract record JsonShape
{
    /// <summary>
    /// Checks a value and, if it is valid, copies it in plain form: without unknown members, members that the server
    /// sets, and nulls. A date-time is copied as an instant in UTC.
    /// </summary>
    /// <param name="value">The value sent.</param>
    /// <param name="path">Its path.</param>
    /// <param name="issues">Receives faults.</param>
    /// <param name="copy">Receives the plain form.</param>
    /// <param name="zone">Time zone of dates and date-times without an offset; null if the shape has none.</param>
    internal abstract void Check(
        JsonElement value, string path, Issues issues, Utf8JsonWriter copy, DateTimeZone? zone);
}

/// <summary>A string, optionally with a form or a list of allowed values.</summary>
/// <param name="Minimum">Minimum number of characters, or null.</param>
/// <param name="Maximum">Maximum number of characters, or null.</param>
/// <param name="Form">The form beyond the length.</param>
/// <param name="Choices">The allowed values, or null for any.</param>
public sealed record TextShape(
    int? Minimum =
        null, int? Maximum = null, TextForm Form = TextForm.Any, IReadOnlyList<string>? Choices = null) : JsonShape
{
    /// <summary>Name under which the API document lists the choices.</summary>
    public string? ChoicesName { get; init; }

    /// <summary>The values that the API document lists although others are accepted; null for none.</summary>
    public IReadOnlyList<string>? ChoicesInContract { get; init; }

    internal override void Check(
        JsonElement value, string path, Issues issues, Utf8JsonWriter copy, DateTimeZone? zone)
    {
        if (JsonText.Read(value, path, issues) is not { } text)
            return;
        var fault = Fault(text);
        if (fault is null)
            copy.WriteStringValue(text);
        else
            issues.Add(fault.Value.Code, path, fault.Value.Message);
    }

    private (string Code, string Message)? Fault(string text)
    {
        if (Choices is not null)
            return Choices.Contains(text) ? null : ("unknown_value", $"must be one of {string.Join(", ", Choices)}");
        var length = TextLength.Of(text);
        if (length < Minimum || length > Maximum)
            return ("length", LengthRule);
        if (text.Length == 0 && Form != TextForm.Any)
            return ("form", "must not be empty");
        return TextForms.Fault(Form, text) is { } message ? ("form", message) : null;
    }

    /// <summary>The message for a string of invalid length.</summary>
    public string LengthRule => (Minimum ?? 0, Maximum) switch
    {
        (var minimum, null) => $"must have at least {minimum} characters",
        (0, { } maximum) => $"must have at most {maximum} characters",
        ({ } minimum, { } maximum) when minimum == maximum => $"must have exactly {minimum} characters",
        ({ } minimum, { } maximum) => $"must have {minimum} to {maximum} characters",
    };
}

/// <summary>A calendar date, <c>yyyy-MM-dd</c>.</summary>
public sealed record DateShape : JsonShape
{
    /// <summary>The message for an invalid date.</summary>
    public const string Rule = "must be a date such as 2026-03-01";

    internal override void Check(
        JsonElement value, string path, Issues issues, Utf8JsonWriter copy, DateTimeZone? zone)
    {
        if (JsonText.Read(value, path, issues) is not { } text)
            return;
        if (InstantText.TryParseDate(text, out _))
            copy.WriteStringValue(text);
        else
            issues.Add("date", path, Rule);
    }
}

/// <summary>A date and time of ISO 8601.</summary>
public sealed record InstantShape : JsonShape
{
    internal override void Check(
        JsonElement value, string path, Issues issues, Utf8JsonWriter copy, DateTimeZone? zone)
    {
        if (JsonText.Read(value, path, issues) is not { } text)
            return;
        if (zone is null)
            throw new InvalidOperationException($"'{path}' was checked without the organization's time zone.");
        // From here on, the instant no longer depends on the organization's time zone, which may change.
        if (InstantText.TryParse(text, zone, out var instant))
            copy.WriteStringValue(InstantText.Write(instant));
        else
            issues.Add("date_time", path, InstantText.Rule);
    }
}

/// <summary>Any value; for responses.</summary>
public sealed record AnyShape : JsonShape
{
    internal override void Check(
        JsonElement value, string path, Issues issues, Utf8JsonWriter copy, DateTimeZone? zone) =>
        value.WriteTo(copy);
}

/// <summary>True or false.</summary>
public sealed record BooleanShape : JsonShape
{
    internal override void Check(
        JsonElement value, string path, Issues issues, Utf8JsonWriter copy, DateTimeZone? zone)
    {
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
            copy.WriteBooleanValue(value.GetBoolean());
        else
            issues.Add("type", path, "must be true or false");
    }
}

/// <summary>A number, either an integer or an exact decimal.</summary>
/// <param name="IntegerBits">32 or 64 for an integer; null for a decimal.</param>
/// <param name="AtLeast">Minimum value, inclusive.</param>
/// <param name="Above">Minimum value, exclusive.</param>
/// <param name="AtMost">Maximum value, inclusive.</param>
public sealed record NumberShape(
    int? IntegerBits = null, int? AtLeast = null, int? Above = null, int? AtMost = null) : JsonShape
{
    internal override void Check(
        JsonElement value, string path, Issues issues, Utf8JsonWriter copy, DateTimeZone? zone)
    {
        if (value.ValueKind != JsonValueKind.Number)
        {
            issues.Add("type", path, IntegerBits is null ? "must be a number" : "must be an integer");
            return;
        }
        if (!ExactNumber.TryParse(System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(value), out var number))
            issues.Add("digits", path, ExactNumber.Rule);
        else if (IntegerBits is { } bits && !IsWhole(number, bits))
            issues.Add("type", path, $"must be a {bits}-bit integer");
        else if (number < AtLeast || number <= Above || number > AtMost)
            issues.Add("range", path, RangeRule);
        else if (IntegerBits is null)
            copy.WriteNumberValue(number);
        else
            copy.WriteNumberValue((long)number);
    }

    private static bool IsWhole(decimal number, int bits) =>
        decimal.Truncate(number) == number
        && (bits == 32
            ? number is >= int.MinValue and <= int.MaxValue : number is >= long.MinValue and <= long.MaxValue);

    private string RangeRule
    {
        get
        {
            var lower =
                AtLeast is { } least ? $"at least {least}" : Above is { } above ? $"greater than {above}" : null;
            var upper = AtMost is { } most ? $"at most {most}" : null;
            return "must be " + string.Join(" and ", new[] { lower, upper }.OfType<string>());
        }
    }
}

/// <summary>Reads untrusted JSON strings.</summary>
internal static class JsonText
{
    /// <summary>The text, or null after a fault was added.</summary>
    internal static string? Read(JsonElement value, string path, Issues issues)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            issues.Add("type", path, "must be a string");
            return null;
        }
        string text;
        try
        {
            text = value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            issues.Add("text", path, "must be valid Unicode");
            return null;
        }
        if (!text.Contains('\0'))
            return text;
        issues.Add("text", path, "must not contain the character U+0000");
        return null;
    }
}
