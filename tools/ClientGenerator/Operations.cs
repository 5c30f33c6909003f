using System.Text.Json.Nodes;

namespace Tallystick.ClientGenerator;

/// <summary>What an operation answers.</summary>
internal enum Answer
{
    Nothing,
    One,
    Pages,
    Matches,
    Bytes,
}

/// <param name="JsonName">As in the API document.</param>
/// <param name="Name">As in C#.</param>
/// <param name="Type">The type.</param>
/// <param name="IsRequired">Whether the caller must give it.</param>
/// <param name="Description">What it is.</param>
internal sealed record Parameter(string JsonName, string Name, TypeName Type, bool IsRequired, string Description);

/// <summary>An operation as a method.</summary>
internal sealed record Operation
{
    internal required string Id { get; init; }

    internal required string Verb { get; init; }

    /// <summary>Below the organization, or from the root with a leading slash.</summary>
    internal required string Path { get; init; }

    internal required string Resource { get; init; }

    internal required string Method { get; init; }

    internal required string Summary { get; init; }

    internal required string? Description { get; init; }

    internal required IReadOnlyList<Parameter> PathParameters { get; init; }

    internal required IReadOnlyList<Parameter> Query { get; init; }

    internal required Parameter? Body { get; init; }

    /// <summary>Whether the body has the id of the path.</summary>
    internal bool IsIdInBody { get; init; }

    internal required Answer Answer { get; init; }

    internal required string AnswerType { get; init; }

    internal required bool IsRepeatable { get; init; }
}

/// <summary>Reads the operations of the API document.</summary>
internal sealed class Operations(TypeCatalog types)
{
    private const string Organization = "/organizations/{orgId}/";
    private const string Token = "/oauth/token";
    private const string InPath = " in the path.";

    internal static IEnumerable<Operation> Of(JsonObject document, TypeCatalog types)
    {
        var reader = new Operations(types);
        return from path in document["paths"]!.AsObject()
               where path.Key != Token
               from operation in path.Value!.AsObject()
               where operation.Value is JsonObject
               select reader.Read(path.Key, operation.Key, operation.Value.AsObject());
    }

    private Operation Read(string fullPath, string verb, JsonObject operation)
    {
        var id = (string)operation["operationId"]!;
        var path = fullPath.StartsWith(Organization, StringComparison.Ordinal)
            ? fullPath[Organization.Length..] : fullPath;
        var (resource, home) = Naming.Resource(path.TrimStart('/'));
        var parameters = operation["parameters"]?.AsArray().Select(one => one!.AsObject()).ToList() ?? [];
        var (answer, type) = AnswerOf(operation, parameters);
        var body = BodyOf(operation);
        var isIdInBody = verb == "put" && path.EndsWith("/{id}", StringComparison.Ordinal)
            && body is not null && types.HasId(body.Type.Name);
        return new Operation
        {
            Id = id,
            Verb = verb,
            Path = path,
            Resource = resource,
            Method = MethodNames.Of(
                id, verb, path.TrimStart('/')[home.Length..], answer is Answer.Pages or Answer.Matches) + "Async",
            Summary = (string?)operation["summary"] ?? id,
            Description = (string?)operation["description"],
            PathParameters = [.. parameters.Where(one => (string?)one["in"] == "path")
                .Where(one => (string?)one["name"] != "orgId" && !(isIdInBody && (string?)one["name"] == "id"))
                .Select(ParameterOf)],
            Query = [.. parameters.Where(one => (string?)one["in"] == "query")
                .Where(one => (string?)one["name"] is not ("nextToken" or "fromDocument"))
                .Where(one => !MethodNames.IsOmitted(id, (string)one["name"]!))
                .Select(ParameterOf)
                .Select(one => answer == Answer.Matches && one.JsonName == "pageSize"
                    ? one with { Description = "Number of entities per request. Default: 100." } : one)],
            Body = body,
            IsIdInBody = isIdInBody,
            Answer = answer,
            AnswerType = type,
            IsRepeatable = MethodNames.IsRepeatable(id, verb),
        };
    }

    private (Answer Answer, string Type) AnswerOf(JsonObject operation, List<JsonObject> parameters)
    {
        if (operation["responses"]!["200"]!["content"] is not JsonObject { Count: > 0 } content)
            return (Answer.Nothing, "");
        if (content["application/json"]?["schema"] is not { } schema)
            return (Answer.Bytes, "byte[]");
        if (TypeCatalog.SchemaName(schema) is not { } name || !name.StartsWith("Paginated", StringComparison.Ordinal))
            return (Answer.One, types.Of(schema).Name);
        var item = types.Of(types.PageItem(name)).Name;
        return (parameters.Any(one => (string?)one["name"] == "fromDocument") ? Answer.Matches : Answer.Pages, item);
    }

    private Parameter? BodyOf(JsonObject operation)
    {
        if (operation["requestBody"]?["content"]?["application/json"]?["schema"] is not { } schema)
            return null;
        var type = types.Of(schema);
        var name = type.Name.EndsWith("Request", StringComparison.Ordinal) ? "request" : Naming.Camel(type.Name);
        return new("", name, type, (bool?)operation["requestBody"]!["required"] == true, $"The {Naming.Words(name)}.");
    }

    private Parameter ParameterOf(JsonObject parameter)
    {
        var name = (string)parameter["name"]!;
        var description = (string?)parameter["description"] ?? InPath;
        // What the document says of those in the path is only where they are.
        if (description.EndsWith(InPath, StringComparison.Ordinal))
            description = $"The {Naming.Words(name)}.";
        var type = types.Of(parameter["schema"]!);
        if (type.Name.StartsWith("IReadOnlyList<", StringComparison.Ordinal)
            || description.Contains("comma-separated or repeated", StringComparison.Ordinal))
            type = new("IEnumerable<string>", false);
        return new(name, Naming.Parameter(name), type, (bool?)parameter["required"] == true, description);
    }
}
