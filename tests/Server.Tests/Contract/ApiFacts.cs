using System.Text.Json.Nodes;

namespace Tallystick.Server.Tests.Contract;

/// <summary>
/// An OpenAPI document taken apart into plain facts, one line each, so that two documents that say the same in
/// different ways (references, <c>allOf</c>, order) have the same lines.
/// </summary>
internal sealed class ApiFacts(JsonObject document)
{
    private const int DeepestNesting = 12;

    internal static ApiFacts Read(string path) => new(JsonNode.Parse(File.ReadAllText(path))!.AsObject());

    /// <summary>The operations, such as <c>GET /organizations/{orgId}/meters</c>, with their tag.</summary>
    internal IEnumerable<(string Operation, string Tag)> Operations =>
        from path in document["paths"]!.AsObject()
        from method in path.Value!.AsObject()
        where method.Key is "get" or "put" or "post" or "delete"
        select ($"{method.Key.ToUpperInvariant()} {path.Key}", (string)method.Value!["tags"]![0]!);

    /// <summary>The id of one operation.</summary>
    internal string IdOf(string operation) => (string)Described(operation)["operationId"]!;

    /// <summary>All facts of one operation.</summary>
    internal SortedSet<string> Of(string operation)
    {
        var described = Described(operation);
        var facts = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var parameter in described["parameters"]?.AsArray() ?? [])
            Parameter(Resolve(parameter!.AsObject()), facts);
        if (described["requestBody"] is JsonObject body)
        {
            var resolved = Resolve(body);
            facts.Add($"body required={resolved["required"]}");
            Content(resolved, "body", facts);
        }
        foreach (var (status, answer) in described["responses"]!.AsObject())
            Content(Resolve(answer!.AsObject()), status, facts);
        return facts;
    }

    private JsonObject Described(string operation)
    {
        var (method, path) = (operation.Split(' ')[0].ToLowerInvariant(), operation.Split(' ')[1]);
        return document["paths"]![path]![method]!.AsObject();
    }

    private void Parameter(JsonObject parameter, SortedSet<string> facts)
    {
        var name = $"{parameter["in"]} {parameter["name"]}";
        facts.Add($"{name} required={(bool?)parameter["required"] ?? false}");
        // A query parameter cannot be null, whatever the document says of it.
        Schema(parameter["schema"]!.AsObject(), name, facts, isParameter: true);
    }

    private void Content(JsonObject holder, string name, SortedSet<string> facts)
    {
        foreach (var (type, content) in holder["content"]?.AsObject() ?? [])
            Schema(content!["schema"]!.AsObject(), $"{name} {type}", facts);
    }

    private void Schema(JsonObject schema, string at, SortedSet<string> facts, bool isParameter = false, int depth = 0)
    {
        if (depth > DeepestNesting)
            return;
        var flat = Flatten(schema);
        if ((string?)flat["type"] is { } type)
            facts.Add($"{at} type={type}");
        else if (flat["properties"] is not null)
            facts.Add($"{at} type=object");
        foreach (var keyword in Keywords((string?)flat["type"], isParameter))
        {
            if (flat[keyword] is { } value)
                facts.Add($"{at} {keyword}={value.ToJsonString()}");
        }
        foreach (var choice in flat["enum"]?.AsArray() ?? [])
            facts.Add($"{at} enum has {choice}");
        foreach (var member in flat["required"]?.AsArray() ?? [])
            facts.Add($"{at}.{member} is required");
        foreach (var (name, member) in flat["properties"]?.AsObject() ?? [])
            Schema(member!.AsObject(), $"{at}.{name}", facts, depth: depth + 1);
        if (flat["items"] is JsonObject item)
            Schema(item, $"{at}[]", facts, depth: depth + 1);
        if (flat["additionalProperties"] is JsonObject value2)
            Schema(value2, $"{at}{{}}", facts, depth: depth + 1);
        foreach (var alternative in flat["anyOf"]?.AsArray() ?? [])
            facts.Add($"{at} may be {Flatten(alternative!.AsObject())["type"]}");
    }

    // Bounds are of numbers and lengths of texts; elsewhere, as on some ids of the contract, they mean nothing. Our
    // numbers are exact decimals, so the formats float and double are no part of the type.
    private static IEnumerable<string> Keywords(string? type, bool isParameter) => type switch
    {
        "string" => ["format", "minLength", "maxLength", "pattern"],
        "integer" => ["format", "minimum", "maximum", "exclusiveMinimum"],
        "number" => ["minimum", "maximum", "exclusiveMinimum"],
        "array" => ["minItems", "maxItems"],
        _ => isParameter ? [] : ["maxItems"],
    };

    /// <summary>The schema with references followed and <c>allOf</c> merged.</summary>
    private JsonObject Flatten(JsonObject schema)
    {
        var resolved = Resolve(schema);
        if (resolved["discriminator"] is JsonObject discriminator)
            return WithVariants(resolved, discriminator);
        if (resolved["allOf"] is not JsonArray parts)
            return resolved;
        var merged = new JsonObject { ["properties"] = new JsonObject(), ["required"] = new JsonArray() };
        foreach (var part in parts.Select(part => Flatten(part!.AsObject())).Append(Without(resolved, "allOf")))
            Merge(part, merged);
        if (merged["properties"]!.AsObject().Count == 0)
            merged.Remove("properties");
        return merged;
    }

    // The members of all variants; which of them a variant needs is a rule that a schema of them all cannot tell.
    private JsonObject WithVariants(JsonObject resolved, JsonObject discriminator)
    {
        var merged = Without(resolved, "discriminator");
        foreach (var (_, variant) in discriminator["mapping"]!.AsObject())
        {
            var parts = Resolve(new JsonObject { ["$ref"] = variant!.DeepClone() })["allOf"]!.AsArray();
            foreach (var part in parts.Where(part => part!["properties"] is not null))
                Merge(new JsonObject { ["properties"] = part!["properties"]!.DeepClone() }, merged);
        }
        return merged;
    }

    private static void Merge(JsonObject part, JsonObject merged)
    {
        foreach (var (keyword, value) in part)
        {
            if (keyword == "properties")
            {
                foreach (var (name, member) in value!.AsObject())
                    merged["properties"]![name] = member!.DeepClone();
            }
            else if (keyword == "required")
            {
                foreach (var member in value!.AsArray())
                    merged["required"]!.AsArray().Add(member!.DeepClone());
            }
            else
            {
                merged[keyword] = value?.DeepClone();
            }
        }
    }

    private static JsonObject Without(JsonObject schema, string keyword)
    {
        var copy = schema.DeepClone().AsObject();
        copy.Remove(keyword);
        return copy;
    }

    private JsonObject Resolve(JsonObject node)
    {
        while ((string?)node["$ref"] is { } reference)
            node = reference.Split('/')[1..].Aggregate((JsonNode)document, (at, part) => at[part]!).AsObject();
        return node;
    }
}
