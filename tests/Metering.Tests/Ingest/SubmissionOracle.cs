using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using NodaTime;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Ingest;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Meters;
using Tallystick.Metering.Tests.Harness;

namespace Tallystick.Metering.Tests.Ingest;

/// <summary>
/// What a submission means, said a second time over <see cref="JsonDocument"/>, plain and slow. It knows whether a
/// body is accepted and what it holds, not the words of a refusal.
/// </summary>
internal static class SubmissionOracle
{
    private static readonly Dictionary<string, DataFieldCategory> Maps =
        Enum.GetValues<DataFieldCategory>().ToDictionary(category => category.ToString().ToLowerInvariant());

    /// <returns>Null when the body is refused.</returns>
    public static IReadOnlyList<Measurement>? Parse(byte[] body, Instant receivedAt)
    {
        try
        {
            if (!Utf8.IsValid(body))
                return null;
            if (body.AsSpan().StartsWith("\ufeff"u8))
                body = body[3..];
            using var document = JsonDocument.Parse(body);
            Require(!HasRepeatedMember(document.RootElement));
            JsonElement? list = null;
            var result = new List<Measurement>();
            foreach (var member in Members(document.RootElement).Where(member => member.Name == "measurements"))
            {
                list = member.Value;
                if (member.Value.ValueKind == JsonValueKind.Null)
                    continue;
                result = [.. Elements(member.Value).Select(element => Read(element, receivedAt))];
                Require(result.Count is >= 1 and <= 1000);
            }
            return list is { ValueKind: JsonValueKind.Array } ? result : null;
        }
        catch (Exception exception) when (exception is JsonException or FaultException)
        {
            return null;
        }
    }

    private static Measurement Read(JsonElement element, Instant receivedAt)
    {
        string? uid = null, meter = null, account = null;
        Instant? ts = null, ets = null;
        var fields = new Dictionary<DataFieldCategory, Dictionary<string, FieldValue?>>();
        foreach (var (name, value) in Members(element))
        {
            switch (name)
            {
                case "uid":
                    uid = Text(value, 50);
                    break;
                case "meter":
                    meter = Code(value);
                    break;
                case "account":
                    account = Code(value);
                    break;
                case "ts":
                    ts = Time(value);
                    break;
                case "ets":
                    ets = Time(value);
                    break;
                default:
                    if (name is not null && Maps.TryGetValue(name, out var category))
                        fields[category] = Map(value, category);
                    break;
            }
        }
        Require(meter is not null && account is not null && ts is not null);
        Require(ts <= receivedAt + new IngestOptions().FutureTolerance && (ets is null || ets >= ts));
        return new Measurement
        {
            Uid = uid ?? "",
            Meter = meter!,
            Account = account!,
            Ts = ts!.Value,
            Ets = ets,
            Fields = [.. fields.Values.SelectMany(map => map.Values).Where(value => value is not null)
                .Select(value => value!.Value)],
        };
    }

    private static Dictionary<string, FieldValue?> Map(JsonElement map, DataFieldCategory category)
    {
        var values = new Dictionary<string, FieldValue?>(StringComparer.Ordinal);
        if (map.ValueKind == JsonValueKind.Null)
            return values;
        foreach (var (code, value) in Members(map))
        {
            Require(code is not null);
            if (value.ValueKind == JsonValueKind.Null)
                values[code!] = null;
            else if (category.IsNumeric())
            {
                Require(value.ValueKind == JsonValueKind.Number);
                Require(ExactNumber.TryParse(Encoding.UTF8.GetBytes(value.GetRawText()), out var number));
                values[code!] = new FieldValue(category, code!, null, number);
            }
            else
            {
                var limit = category == DataFieldCategory.Metadata ? 256 : int.MaxValue;
                values[code!] = new FieldValue(category, code!, Text(value, limit), 0);
            }
        }
        return values;
    }

    private static string? Code(JsonElement value)
    {
        var text = Text(value, 80);
        Require(text is null || TextForms.IsCode(text));
        return text;
    }

    private static Instant? Time(JsonElement value)
    {
        if (Text(value, int.MaxValue) is not { } text)
            return null;
        Require(InstantText.TryParse(Encoding.UTF8.GetBytes(text), out var instant));
        Require(instant >= NodaConstants.UnixEpoch && instant < Make.At("2262-01-01T00:00:00Z"));
        return instant;
    }

    private static string? Text(JsonElement value, int maximum)
    {
        if (value.ValueKind == JsonValueKind.Null)
            return null;
        Require(value.ValueKind == JsonValueKind.String);
        string text;
        try
        {
            text = value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new FaultException();
        }
        Require(text.EnumerateRunes().Count() <= maximum && !text.Contains('\0', StringComparison.Ordinal));
        return text;
    }

    // A name that is no Unicode text is null.
    private static IEnumerable<(string? Name, JsonElement Value)> Members(JsonElement element)
    {
        Require(element.ValueKind == JsonValueKind.Object);
        foreach (var property in element.EnumerateObject())
            yield return (NameOf(property), property.Value);
    }

    private static bool HasRepeatedMember(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Array => element.EnumerateArray().Any(HasRepeatedMember),
        JsonValueKind.Object => element.EnumerateObject().Any(member => HasRepeatedMember(member.Value))
            || element.EnumerateObject().GroupBy(RawName).Any(group => group.Count() > 1),
        _ => false,
    };

    // A name that is no Unicode text stands as it was sent.
    private static string RawName(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8PropertyName(property));
        }
    }

    private static string? NameOf(JsonProperty property)
    {
        try
        {
            return property.Name.Contains('\0', StringComparison.Ordinal) ? null : property.Name;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static IEnumerable<JsonElement> Elements(JsonElement list)
    {
        Require(list.ValueKind == JsonValueKind.Array);
        return list.EnumerateArray();
    }

    private static void Require(bool condition)
    {
        if (!condition)
            throw new FaultException();
    }

    private sealed class FaultException : Exception;
}
