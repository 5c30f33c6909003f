using System.Text.Json.Nodes;

namespace Tallystick.ClientGenerator;

/// <summary>A type of C#.</summary>
/// <param name="Name">Its name, without a question mark.</param>
/// <param name="IsValue">Whether it is a value type.</param>
internal sealed record TypeName(string Name, bool IsValue)
{
    internal static TypeName Text { get; } = new("string", false);
}

/// <summary>Whether a member of an object is always there.</summary>
internal enum Presence
{
    Optional,
    RequiredOfCaller,
    SetByServer,
}

internal sealed record RecordMember(
    string JsonName, string Name, TypeName Type, Presence Presence, string? Description);

internal sealed record RecordType(string Name, string? Description, IReadOnlyList<RecordMember> Members);

internal sealed record ChoiceType(string Name, IReadOnlyList<string> Values);

/// <summary>
/// The types of the API document. What the document calls <c>AccountRequest</c> and <c>AccountResponse</c> is one type:
/// an account that was read can be changed and sent back.
/// </summary>
internal sealed class TypeCatalog
{
    private readonly JsonObject _schemas;
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly HashSet<string> _sent = new(StringComparer.Ordinal);

    internal TypeCatalog(JsonObject document)
    {
        _schemas = document["components"]!["schemas"]!.AsObject();
        foreach (var (name, schema) in _schemas)
            _names[name] = Naming.Record(NameOf(name, schema!.AsObject()));
        foreach (var body in Bodies(document))
            MarkSent(body);
        Choices = [.. _schemas.Where(one => IsChoice(one.Value!)).Select(one => new ChoiceType(
            _names[one.Key], [.. one.Value!["enum"]!.AsArray().Select(value => (string)value!)]))];
        Records = [.. _schemas.Where(one => IsRecord(one.Key, one.Value!))
            .GroupBy(one => _names[one.Key], one => one.Key, StringComparer.Ordinal)
            .Select(family => Record(family.Key, [.. family]))];
    }

    internal IReadOnlyList<RecordType> Records { get; }

    internal IReadOnlyList<ChoiceType> Choices { get; }

    /// <summary>The type of a schema.</summary>
    internal TypeName Of(JsonNode schema)
    {
        if (SchemaName(schema) is { } name)
        {
            var target = _schemas[name]!;
            return IsChoice(target) ? new(_names[name], true)
                : IsOpaque(target) ? new("JsonElement", true)
                : new(_names[name], false);
        }
        return ((string?)schema["type"], (string?)schema["format"]) switch
        {
            ("string", "date") => new("DateOnly", true),
            ("string", "date-time") => new("DateTimeOffset", true),
            ("string", _) => TypeName.Text,
            ("integer", "int32") => new("int", true),
            ("integer", _) => new("long", true),
            ("number", _) => new("decimal", true),
            ("boolean", _) => new("bool", true),
            ("array", _) => new($"IReadOnlyList<{Of(schema["items"]!).Name}>", false),
            ("object", _) => new($"Dictionary<string, {ValueOf(schema["additionalProperties"])}>", false),
            _ => new("JsonElement", true),
        };
    }

    /// <summary>The name of the schema that a schema refers to.</summary>
    internal static string? SchemaName(JsonNode schema) =>
        (string?)(schema["$ref"] ?? schema["allOf"]?[0]?["$ref"]) is { } reference
            ? reference[(reference.LastIndexOf('/') + 1)..] : null;

    /// <summary>The schema of what is on a page.</summary>
    internal JsonNode PageItem(string page) => _schemas[page]!["properties"]!["data"]!["items"]!;

    /// <summary>Whether objects of the type have an id of the server's.</summary>
    internal bool HasId(string typeName) =>
        Records.FirstOrDefault(one => one.Name == typeName)?.Members.Any(member => member.JsonName == "id") == true;

    // The type of values that are texts, numbers or anything.
    private string ValueOf(JsonNode? schema) =>
        schema is null || (SchemaName(schema) is null && schema["type"] is null) ? "FieldValue" : Of(schema).Name;

    private string NameOf(string schema, JsonObject description)
    {
        foreach (var ending in new[] { "Request", "Response" })
        {
            if (!schema.EndsWith(ending, StringComparison.Ordinal))
                continue;
            var name = schema[..^ending.Length];
            var answer = ending == "Response" ? description : _schemas[name + "Response"];
            return answer?["properties"]?["id"] is not null && (_schemas[name] is not { } other || !IsChoice(other))
                ? name : schema;
        }
        return schema;
    }

    private RecordType Record(string name, IReadOnlyList<string> family)
    {
        // What is answered comes first: it has all members, in the order of the document.
        var schemas = family.OrderByDescending(one => one.EndsWith("Response", StringComparison.Ordinal))
            .Select(one => (Name: one, Schema: _schemas[one]!)).ToList();
        var names = schemas.SelectMany(one => one.Schema["properties"]?.AsObject().Select(member => member.Key) ?? [])
            .Distinct(StringComparer.Ordinal).ToList();
        return new(
            name,
            schemas.Select(one => (string?)one.Schema["description"]).FirstOrDefault(text => text is not null),
            [.. names.Select(member => Member(name, member, schemas))]);
    }

    private RecordMember Member(string record, string member, IReadOnlyList<(string Name, JsonNode Schema)> schemas)
    {
        var described = schemas.Where(one => one.Schema["properties"]?[member] is not null).ToList();
        // A member that is any text in one direction and a date or a choice in the other is the latter.
        var types = described.Select(one => Of(one.Schema["properties"]![member]!)).ToList();
        var sent = schemas.Where(one => _sent.Contains(one.Name)).ToList();
        var presence =
            Naming.IsNullable(record, member) ? Presence.Optional
            : sent.Count > 0 && sent.All(one => Requires(one.Schema, member)) ? Presence.RequiredOfCaller
            : types[0].IsValue && sent.Count > 0 ? Presence.Optional
            : described.Any(one => Requires(one.Schema, member)) ? Presence.SetByServer
            : Presence.Optional;
        return new(
            member,
            Naming.Member(record, member),
            types.FirstOrDefault(type => type != TypeName.Text) ?? TypeName.Text,
            presence,
            described.Select(one => (string?)one.Schema["properties"]![member]!["description"])
                .FirstOrDefault(text => text is not null));
    }

    private static bool Requires(JsonNode schema, string member) =>
        schema["required"]?.AsArray().Any(name => (string?)name == member) == true;

    private void MarkSent(JsonNode schema)
    {
        if (SchemaName(schema) is { } name)
        {
            if (_sent.Add(name))
                MarkSent(_schemas[name]!);
            return;
        }
        foreach (var (_, member) in schema["properties"]?.AsObject() ?? [])
            MarkSent(member!);
        if (schema["items"] is { } item)
            MarkSent(item);
        if (schema["additionalProperties"] is JsonObject value)
            MarkSent(value);
    }

    private static IEnumerable<JsonNode> Bodies(JsonObject document) =>
        from path in document["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        where operation.Value is JsonObject && operation.Value["requestBody"] is not null
        from content in operation.Value["requestBody"]!["content"]!.AsObject()
        select content.Value!["schema"]!;

    private static bool IsChoice(JsonNode schema) => schema["enum"] is not null;

    // Described in words only.
    private static bool IsOpaque(JsonNode schema) =>
        (string?)schema["type"] == "object" && schema["properties"] is JsonObject { Count: 0 };

    private static bool IsRecord(string name, JsonNode schema) =>
        !IsChoice(schema) && !IsOpaque(schema) && !name.StartsWith("Paginated", StringComparison.Ordinal);
}
