using System.Text.Json.Nodes;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Definitions;
using Tallystick.Server.Api.Http;

namespace Tallystick.Server.OpenApi;

/// <summary>Converts shapes to schemas of the API document.</summary>
internal sealed class SchemaWriter(TypeDocumentation documentation)
{
    /// <summary>The schemas described so far, by name.</summary>
    internal SortedDictionary<string, JsonNode> Schemas { get; } = new(StringComparer.Ordinal);

    /// <summary>A reference to the schema of a body. Adds the schema if necessary.</summary>
    internal JsonObject Reference(ApiSchema schema)
    {
        if (schema.IsList)
            return new JsonObject
            {
                ["type"] = "array",
                ["items"] = Reference(schema with { IsList = false }),
            };
        if (!schema.IsPage)
            return Reference(schema.Name, () => schema.IsRequest ? Request(schema.Shape) : Answer(schema.Shape));
        return Reference($"Paginated{schema.Name}Data", () => new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject
            {
                ["data"] = new JsonObject
                {
                    ["type"] = "array",
                    ["description"] = "The entities on the page.",
                    ["items"] = Reference(schema with { IsPage = false }),
                },
                ["nextToken"] = new JsonObject
                {
                    ["type"] = "string",
                    ["description"] = "Token to request the next page. Absent on the last page."
                },
            },
        });
    }

    /// <summary>The schema of a value.</summary>
    internal JsonObject Describe(JsonShape shape) => shape switch
    {
        TextShape { ChoicesName: { } name } choice => Reference(name, () => Text(choice)),
        TextShape text => Text(text),
        AnyShape => [],
        DateShape => new JsonObject { ["type"] = "string", ["format"] = "date" },
        InstantShape => new JsonObject { ["type"] = "string", ["format"] = "date-time" },
        BooleanShape => new JsonObject { ["type"] = "boolean" },
        NumberShape number => Number(number),
        ListShape list => With(
            new JsonObject
            {
                ["type"] = "array",
                ["items"] = Describe(
                list.Item)
            }, ("minItems", list.Minimum), ("maxItems", list.Maximum)),
        MapShape map => Map(map),
        ObjectShape { IsEntity: true } entity => Reference($"{entity.Name}Response", () => Answer(entity)),
        ObjectShape inner => Reference(inner.Name, () => Nested(inner)),
        _ => throw new InvalidOperationException($"No schema for {shape.GetType().Name}"),
    };

    private JsonObject Reference(string name, Func<JsonObject> describe)
    {
        if (!Schemas.ContainsKey(name))
        {
            Schemas[name] = new JsonObject();
            Schemas[name] = describe();
        }
        return new JsonObject { ["$ref"] = $"#/components/schemas/{name}" };
    }

    // Schemas of requests omit members that the server sets.
    private JsonObject Request(ObjectShape shape) => Object(
        shape,
        shape.Members.Where(member => !member.IsServerSet),
        member => member.IsPlainTextInRequest ? new JsonObject { ["type"] = "string" } : Describe(member.Shape),
        member => member.IsRequired || member.IsRequiredInContract,
        WithZone);

    // Schemas of responses omit limits, which apply only to requests.
    private JsonObject Answer(ObjectShape shape) => Object(
        shape,
        shape.Members,
        member => member.IsPlainTextInResponse
            ? new JsonObject { ["type"] = "string" } : Describe(Answered(member)),
        member => member.Name == "id" || member.IsAlwaysAnswered);

    // Only requests need the rule about offsets; responses are always in UTC.
    private static string? WithZone(JsonMember member, string? text) =>
        member.Shape is InstantShape ? $"{text} {InstantText.ZoneRule}" : text;

    private JsonObject Nested(ObjectShape shape) =>
        Object(shape, shape.Members, member => Describe(member.Shape), member => member.IsRequired);

    private JsonObject Object(
        ObjectShape shape,
            IEnumerable<JsonMember> members, Func<JsonMember, JsonObject> describe, Func<JsonMember, bool> isRequired,
            Func<JsonMember, string?, string?>? explain = null)
    {
        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (var member in members)
        {
            var described = describe(member);
            // OpenAPI 3.0 ignores siblings of $ref, so a description needs allOf around it.
            if (described.ContainsKey("$ref"))
                described = new JsonObject { ["allOf"] = new JsonArray(described) };
            var text = member.Property is null ? null : documentation.Of(member.Property);
            if ((explain is null ? text : explain(member, text)) is { } explained)
                described["description"] = explained;
            properties[member.Name] = described;
            if (isRequired(member))
                required.Add(member.Name);
        }
        var schema = new JsonObject { ["type"] = "object", ["properties"] = properties };
        if (shape.Type is not null && documentation.Of(shape.Type) is { } summary)
            schema["description"] = summary;
        if (required.Count > 0)
            schema["required"] = required;
        return schema;
    }

    private static JsonShape Answered(JsonMember member) => member switch
    {
        { IsLimitedInAnswers: true } => member.Shape,
        { IsAlwaysAnswered: true, Shape: TextShape text } => text with { Maximum = null, Form = TextForm.Any },
        // An entity within a response has the same schema as on its own.
        { Shape: ObjectShape entity } when entity.Type?.IsSubclassOf(typeof(Resource)) == true =>
            entity with { IsEntity = true },
        _ => WithoutLimits(member.Shape),
    };

    private static JsonShape WithoutLimits(JsonShape shape) => shape switch
    {
        TextShape { Form: TextForm.Url } => shape,
        TextShape { ChoicesName: null, Choices: null } => new TextShape(),
        NumberShape number => new NumberShape(number.IntegerBits),
        ListShape list => new ListShape(WithoutLimits(list.Item)),
        MapShape map => map with { Maximum = null },
        _ => shape,
    };

    private static JsonObject Text(TextShape text)
    {
        var schema =
            With(new JsonObject { ["type"] = "string" }, ("minLength", text.Minimum), ("maxLength", text.Maximum));
        if ((text.Choices ?? text.ChoicesInContract) is { } choices)
            schema["enum"] = new JsonArray([.. choices.Select(choice => (JsonNode)choice)]);
        if (text.Form == TextForm.Email)
            schema["format"] = "email";
        if (text.Form == TextForm.Url)
            schema["format"] = "url";
        if (TextForms.Pattern(text.Form) is { } pattern)
            schema["pattern"] = pattern;
        return schema;
    }

    private static JsonObject Number(NumberShape number)
    {
        var schema = new JsonObject { ["type"] = number.IntegerBits is null ? "number" : "integer" };
        if (number.IntegerBits is { } bits)
            schema["format"] = $"int{bits}";
        With(schema, ("minimum", number.AtLeast ?? number.Above), ("maximum", number.AtMost));
        if (number.Above is not null)
            schema["exclusiveMinimum"] = true;
        return schema;
    }

    private JsonObject Map(MapShape map)
    {
        if (map.IsRow)
            return Type("object");
        var value = map.Value is null
            ? new JsonObject { ["anyOf"] = new JsonArray(Type("string"), Type("integer"), Type("number")) }
            : Describe(map.Value);
        // The contract calls the maximum number of entries maxItems; OpenAPI calls it maxProperties.
        return With(
            new JsonObject { ["type"] = "object", ["additionalProperties"] = value },
            ("maxItems", map.Maximum),
            ("maxProperties", map.Maximum));
    }

    private static JsonObject Type(string type) => new() { ["type"] = type };

    private static JsonObject With(JsonObject schema, params ReadOnlySpan<(string Name, int? Value)> limits)
    {
        foreach (var (name, value) in limits)
        {
            if (value is not null)
                schema[name] = value;
        }
        return schema;
    }
}
