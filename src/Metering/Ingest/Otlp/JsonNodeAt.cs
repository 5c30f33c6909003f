using System.Globalization;
using System.Text.Json;
using Tallystick.Foundation.Json;
using Tallystick.Metering.Ingest.CloudEvents;

namespace Tallystick.Metering.Ingest.Otlp;

/// <summary>
/// A value in a JSON body and where it is. Reads the JSON forms of protobuf types: 64-bit integers as strings or
/// numbers, null as absent.
/// </summary>
internal sealed class JsonNodeAt(JsonElement value, JsonNodeAt? parent, string? name, int index = 0)
{
    /// <summary>The members of an object, without those that are null.</summary>
    public IEnumerable<(string Name, JsonNodeAt Value)> Members()
    {
        if (value.ValueKind != JsonValueKind.Object)
            throw Wrong(SubmissionIssues.MustBeObject);
        foreach (var member in value.EnumerateObject())
        {
            if (member.Value.ValueKind != JsonValueKind.Null && EventJson.NameOf(member) is { } of)
                yield return (of, new JsonNodeAt(member.Value, this, of));
        }
    }

    /// <summary>The values of an array.</summary>
    public IEnumerable<JsonNodeAt> Items()
    {
        if (value.ValueKind != JsonValueKind.Array)
            throw Wrong("must be an array");
        var at = 0;
        foreach (var item in value.EnumerateArray())
            yield return new JsonNodeAt(item, this, null, at++);
    }

    public string Text()
    {
        if (value.ValueKind != JsonValueKind.String)
            throw Wrong(SubmissionIssues.MustBeText);
        return EventJson.TextOf(value)
            ?? throw OtlpFaults.Wrong(SubmissionIssues.BadText, Path(), SubmissionIssues.MustBeUnicode);
    }

    public bool Boolean() => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong("must be true or false"),
    };

    public long Integer() =>
        long.TryParse(Digits(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number : throw Wrong("must be a 64-bit integer, as a number or a string");

    public ulong Unsigned() =>
        ulong.TryParse(Digits(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number : throw Wrong("must be an unsigned 64-bit integer, as a number or a string");

    /// <summary>The text of a number of any size, which can also be <c>NaN</c> or infinite.</summary>
    public string Number()
    {
        if (value.ValueKind == JsonValueKind.Number)
            return value.GetRawText();
        return value.ValueKind == JsonValueKind.String ? Text() : throw Wrong(SubmissionIssues.MustBeNumber);
    }

    public byte[] Bytes()
    {
        var text = Text();
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length)
            ? bytes[..length] : throw OtlpFaults.Wrong(SubmissionIssues.BadForm, Path(), "must be a Base64 string");
    }

    /// <summary>A trace or span id: in OTLP, hexadecimal instead of Base64.</summary>
    public string Hexadecimal()
    {
        var text = Text();
        return text.Length % 2 == 0 && text.All(char.IsAsciiHexDigit)
            ? text.ToLowerInvariant()
            : throw OtlpFaults.Wrong(SubmissionIssues.BadForm, Path(), "must be a hexadecimal string");
    }

    private string Digits() => value.ValueKind switch
    {
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.String => EventJson.TextOf(value) ?? "",
        _ => "",
    };

    private Foundation.Values.RefusedException Wrong(string message) => OtlpFaults.Wrong(
        SubmissionIssues.WrongType, Path(), parent is null ? $"The request body {message}" : message);

    private string Path()
    {
        if (parent is null)
            return "";
        var before = parent.Path();
        if (name is null)
            return FormattableString.Invariant($"{before}[{index}]");
        return before.Length == 0 ? RepeatedMembers.InPath(name) : $"{before}.{RepeatedMembers.InPath(name)}";
    }
}
