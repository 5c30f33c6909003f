using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Tallystick.Console.Forms;

/// <summary>Converts between the JSON of an entity and the values of its form.</summary>
public static class FormJson
{
    private const int MaxRows = 200;

    // Where a row was before the form was filled in, or that it is new. Never sent to the API.
    private const string FormerRow = "_row";
    private const int IsNewRow = -1;

    // The text of a value that has a fault, so that the form can show it again. Never sent to the API.
    private const string Typed = "_typed";

    // Browsers leave out seconds that are zero.
    private static readonly int MinuteLength = "yyyy-MM-ddTHH:mm".Length;

    /// <summary>Puts the values of a form into the JSON of an entity. Other members stay.</summary>
    /// <param name="form">The values.</param>
    /// <param name="fields">The fields of the form.</param>
    /// <param name="entity">The entity.</param>
    /// <param name="references">What fields refer to, by the name of the input; null if they have ids.</param>
    /// <param name="prefix">Where the entity is, if it is a row of another.</param>
    /// <returns>The faults, by path.</returns>
    public static IReadOnlyDictionary<string, string> Read(
        IFormCollection form, IEnumerable<FormField> fields, JsonObject entity,
        IReadOnlyDictionary<string, ResolvedReference>? references = null, string prefix = "")
    {
        var faults = new Dictionary<string, string>();
        foreach (var field in fields)
        {
            var name = prefix + field.Path;
            var reference = references?.GetValueOrDefault(name);
            if (field.Kind == InputKind.Rows)
                ReadRows(form, field, entity, references, prefix, faults);
            else if (reference?.Fault is { } fault)
                Set(entity, field.Path, Refused(faults, name, fault, reference.Ids.ToString()));
            else if (!IsUnchangedInstant(field, entity, form[name].ToString()))
                Set(entity, field.Path, NodeOf(reference?.Ids ?? form[name], field, name, faults));
        }
        return faults;
    }

    /// <summary>The text of a field in the JSON of an entity.</summary>
    public static string? TextOf(JsonObject? entity, FormField field) => Find(entity, field.Path) switch
    {
        null => entity is null ? field.Default : null,
        JsonArray list => string.Join(field.Kind == InputKind.TextLines ? "\n" : ", ", list.Select(Plain)),
        var node when field.Kind == InputKind.Instant => InputInstant(Plain(node)),
        var node => Plain(node),
    };

    /// <summary>The rows of a field in the JSON of an entity.</summary>
    public static IReadOnlyList<JsonObject> RowsOf(JsonObject? entity, FormField field) =>
        Find(entity, field.Path) is JsonArray rows ? [.. rows.OfType<JsonObject>()] : [];

    /// <summary>The values of a list in the JSON of an entity.</summary>
    public static IReadOnlyList<string> ListOf(JsonObject? entity, FormField field) =>
        Find(entity, field.Path) is JsonArray list ? [.. list.Select(Plain)] : [];

    /// <summary>The numbers of the rows of a field. A row that somebody removed leaves a gap.</summary>
    internal static IReadOnlyList<int> RowNumbers(IFormCollection form, FormField field, string prefix)
    {
        if (field.Kind != InputKind.Rows)
            return [];
        var start = $"{prefix}{field.Path}[";
        var numbers = form.Keys.Where(key => key.StartsWith(start, StringComparison.Ordinal))
            .Select(key => NumberIn(key, start.Length)).OfType<int>().Distinct().Order();
        return [.. numbers.Take(MaxRows + 1)];
    }

    private static void ReadRows(
        IFormCollection form, FormField field, JsonObject entity,
        IReadOnlyDictionary<string, ResolvedReference>? references, string prefix, Dictionary<string, string> faults)
    {
        var rows = new JsonArray();
        var former = RowsOf(entity, field);
        var start = $"{prefix}{field.Path}[";
        // Rows get new numbers, in the order of the page.
        var numbers = RowNumbers(form, field, prefix);
        if (Math.Max(numbers.Count, former.Count) > MaxRows)
        {
            faults[prefix + field.Path] = $"can have at most {MaxRows} rows here; use the API for more";
            return;
        }
        foreach (var number in numbers)
        {
            // What the form does not show of a row, it keeps.
            var rowPrefix = $"{start}{number}].";
            var index = int.TryParse(form[rowPrefix + FormerRow], out var was) ? was : IsNewRow;
            var row = index >= 0 && index < former.Count ? (JsonObject)former[index].DeepClone() : [];
            row[FormerRow] = index;
            foreach (var (path, fault) in Read(form, field.Fields, row, references, rowPrefix))
                faults[$"{start}{rows.Count}].{path[rowPrefix.Length..]}"] = fault;
            rows.Add(row);
        }
        Set(entity, field.Path, rows);
    }

    /// <summary>The entity as it is sent: without what only the form knows.</summary>
    public static JsonObject Sent(JsonObject entity)
    {
        var sent = (JsonObject)entity.DeepClone();
        RemoveMarks(sent);
        return sent;
    }

    /// <summary>The name of the input that says where a row was.</summary>
    public static string FormerRowName(string rowPrefix) => rowPrefix + FormerRow;

    /// <summary>Where a row was before the form was filled in.</summary>
    /// <param name="row">The row; null for one that is added.</param>
    /// <param name="number">Its number now.</param>
    public static int FormerRowOf(JsonObject? row, int number) =>
        row is null ? IsNewRow : row[FormerRow]?.GetValue<int>() ?? number;

    private static void RemoveMarks(JsonNode? node)
    {
        if (node is JsonObject entity)
        {
            entity.Remove(FormerRow);
            foreach (var (name, member) in entity.ToList())
            {
                if (member is JsonObject inner && inner.ContainsKey(Typed))
                    entity.Remove(name);
                else
                    RemoveMarks(member);
            }
        }
        else if (node is JsonArray list)
        {
            foreach (var item in list)
                RemoveMarks(item);
        }
    }

    // An input shows no fractions of seconds, which would be lost.
    private static bool IsUnchangedInstant(FormField field, JsonObject entity, string text) =>
        field.Kind == InputKind.Instant && Find(entity, field.Path) is { } stored
            && InputInstant(Plain(stored)) == (text.Length == MinuteLength ? $"{text}:00" : text);

    private static int? NumberIn(string key, int start) =>
        key.IndexOf(']', start) is > 0 and var end
        && int.TryParse(key.AsSpan(start, end - start), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number : null;

    private static JsonNode? NodeOf(
        StringValues posted, FormField field, string name, Dictionary<string, string> faults)
    {
        var text = posted.ToString();
        if (field.Kind == InputKind.Switch)
            return JsonValue.Create(text == "true");
        if (field.Kind == InputKind.Choices)
            return new JsonArray([.. posted.OfType<string>().Select(one => (JsonNode)JsonValue.Create(one))]);
        if (field.Kind is not (InputKind.Lines or InputKind.Formula))
            text = text.Trim();
        if (text.Length == 0)
            return null;
        switch (field.Kind)
        {
            case InputKind.Whole:
                if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
                    return JsonValue.Create(whole);
                return Refused(faults, name, "must be a whole number", text);
            case InputKind.Decimal:
                const NumberStyles Styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
                if (decimal.TryParse(text, Styles, CultureInfo.InvariantCulture, out var number))
                    return JsonValue.Create(number);
                return Refused(faults, name, "must be a number such as 1234.5", text);
            case InputKind.Instant:
                return JsonValue.Create(text.Length == MinuteLength ? $"{text}:00Z" : $"{text}Z");
            case InputKind.Texts or InputKind.TextLines:
                return new JsonArray([
                    .. text.Split(
                        field.Kind == InputKind.Texts ? ',' : '\n',
                        StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                        .Select(one => (JsonNode)JsonValue.Create(one))]);
            default:
                return JsonValue.Create(text.ReplaceLineEndings("\n"));
        }
    }

    private static JsonObject Refused(Dictionary<string, string> faults, string name, string fault, string text)
    {
        faults[name] = fault;
        return new JsonObject { [Typed] = text };
    }

    private static JsonNode? Find(JsonObject? entity, string path)
    {
        JsonNode? node = entity;
        foreach (var name in path.Split('.'))
            node = (node as JsonObject)?[name];
        return node;
    }

    private static void Set(JsonObject entity, string path, JsonNode? value)
    {
        var names = path.Split('.');
        foreach (var name in names[..^1])
        {
            if (entity[name] is not JsonObject inner)
            {
                if (value is null)
                    return;
                entity[name] = inner = [];
            }
            entity = inner;
        }
        if (value is null)
            entity.Remove(names[^1]);
        else
            entity[names[^1]] = value;
    }

    private static string Plain(JsonNode? node) => node switch
    {
        null => "",
        JsonObject refused when refused[Typed] is { } typed => typed.GetValue<string>(),
        JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        _ => node.ToJsonString(),
    };

    // What an input of the type datetime-local takes.
    private static string InputInstant(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture) : "";
}
