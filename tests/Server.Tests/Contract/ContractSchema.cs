using System.Text.Json.Nodes;

namespace Tallystick.Server.Tests.Contract;

/// <summary>Schemas of OpenAPI 3.0 said in JSON Schema 2020-12.</summary>
internal static class ContractSchema
{
    private const string Reference = "#/components/schemas/";

    // The contract's other formats tell how wide a number of a program is; ours are exact.
    private static readonly string[] KeptFormats = ["date-time", "date", "email"];

    private static readonly string[] KeptKeywords =
    [
        "type", "required", "items", "additionalProperties", "allOf", "anyOf", "minimum", "maximum", "minLength",
        "maxLength", "minItems", "maxItems",
    ];

    /// <summary>The same schema, with references into the components that are registered at an address.</summary>
    internal static JsonNode? Translate(JsonNode? node, string components) => node switch
    {
        JsonArray array => new JsonArray([.. array.Select(item => Translate(item, components))]),
        JsonObject schema => TranslateObject(schema, components),
        _ => node?.DeepClone(),
    };

    private static JsonNode TranslateObject(JsonObject schema, string components)
    {
        // Beside a reference nothing counts.
        if (schema["$ref"] is JsonValue reference)
        {
            var name = ((string)reference!)[Reference.Length..];
            return new JsonObject { ["$ref"] = $"{components}#/$defs/{name}" };
        }
        var translated = new JsonObject();
        foreach (var (keyword, value) in schema)
        {
            if (keyword == "properties")
                translated[keyword] = Properties(value!.AsObject(), components);
            else if (keyword == "exclusiveMinimum")
                translated[keyword] = schema["minimum"]!.DeepClone();
            else if (keyword == "enum")
                translated[keyword] = value!.DeepClone();
            else if (keyword == "pattern")
                translated[keyword] = InDotNet((string)value!);
            else if (keyword == "format" ? KeptFormats.Contains((string?)value) : KeptKeywords.Contains(keyword))
                translated[keyword] = Translate(value, components);
        }
        return (bool?)schema["nullable"] == true ? OrNull(translated) : translated;
    }

    private static JsonObject Properties(JsonObject members, string components)
    {
        var translated = new JsonObject();
        foreach (var (name, member) in members)
        {
            translated[name] = ContractDifferences.MembersToldOtherwise.Contains(name)
                || ContractDifferences.MembersOfOtherValues.Contains(name)
                    ? true
                    : Translate(member, components);
        }
        return translated;
    }

    // Java writes the class of what is neither a control character nor a space, alone and united with the space.
    private static string InDotNet(string pattern) => pattern
        .Replace(@"[[^[\p{Cntrl}\s]] ]", @"(?:[^\p{Cc}\s]| )", StringComparison.Ordinal)
        .Replace(@"[^[\p{Cntrl}\s]]", @"[^\p{Cc}\s]", StringComparison.Ordinal);

    private static JsonObject OrNull(JsonObject schema) =>
        new() { ["anyOf"] = new JsonArray(schema, new JsonObject { ["type"] = "null" }) };
}
