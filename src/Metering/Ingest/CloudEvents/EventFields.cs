using System.Globalization;
using System.Text.Json;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Meters;

namespace Tallystick.Metering.Ingest.CloudEvents;

/// <summary>A field of a measurement and the JSON of its value.</summary>
internal readonly record struct EventField(DataFieldCategory Category, string Code, string Json);

/// <summary>
/// Turns the data of events of one type into fields. The meter determines which members are fields, and their
/// categories. If the meter does not exist, all members are kept with a category that follows from their JSON type, so
/// that no data is lost before the meter is created.
/// </summary>
internal sealed class EventFields
{
    private readonly Dictionary<string, DataFieldCategory>? _categories;

    /// <param name="meter">The meter; null if it does not exist.</param>
    public EventFields(Meter? meter)
    {
        if (meter is null)
            return;
        _categories = new Dictionary<string, DataFieldCategory>(StringComparer.Ordinal);
        foreach (var field in meter.DataFields)
            _categories.TryAdd(field.Code, field.Category);
    }

    /// <summary>The fields of an event; members that are null count as absent.</summary>
    public IReadOnlyList<EventField> Of(UsageEvent one, SubmissionIssues issues)
    {
        var fields = new List<EventField>();
        if (one.Data.ValueKind != JsonValueKind.Object)
            return fields;
        foreach (var member in one.Data.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.Null)
                continue;
            if (EventJson.NameOf(member) is not { } code)
            {
                issues.Add(
                    SubmissionIssues.BadText, EventAttributes.Path(one.Index, "data"),
                    $"has a name that {SubmissionIssues.MustBeUnicode}");
            }
            else if (CategoryOf(code, member.Value) is { } category)
            {
                var json = category.IsNumeric() ? Number(member.Value) : Text(member.Value);
                if (json is not null)
                    fields.Add(new EventField(category, code, json));
                else
                    issues.Add(
                        SubmissionIssues.WrongType,
                        $"{EventAttributes.Path(one.Index, "data")}.{RepeatedMembers.InPath(code)}",
                        category.IsNumeric()
                            ? "must be a number, or a string that contains one" : SubmissionIssues.MustBeText);
            }
        }
        return fields;
    }

    private DataFieldCategory? CategoryOf(string code, JsonElement value)
    {
        if (_categories is null)
            return value.ValueKind == JsonValueKind.Number ? DataFieldCategory.Measure : DataFieldCategory.Other;
        return _categories.TryGetValue(code, out var category) ? category : null;
    }

    // A number keeps its digits as sent. A string is accepted only if it contains an exactly representable number.
    private static string? Number(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.String when EventJson.TextOf(value) is { } text && ExactNumber.TryParse(text, out var number) =>
            number.ToString(CultureInfo.InvariantCulture),
        _ => null,
    };

    private string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetRawText(),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => $"\"{value.GetRawText()}\"",
        _ when _categories is null => $"\"{JsonEncodedText.Encode(value.GetRawText())}\"",
        _ => null,
    };
}
