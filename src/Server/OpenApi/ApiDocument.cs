using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Tallystick.Access.Permissions;
using Tallystick.Server.Api.Http;

namespace Tallystick.Server.OpenApi;

/// <summary>
/// Writes the API document (OpenAPI 3.0) from the operations and shapes that the server uses. It is generated at build
/// time and checked in, so that startup takes no time for it and reviews show changes.
/// </summary>
internal static partial class ApiDocument
{
    /// <summary>JSON with relaxed escaping for readability. It must not be embedded in HTML.</summary>
    internal static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes the document.</summary>
    /// <param name="operations">The operations to describe.</param>
    /// <param name="documentation">Descriptions of the types.</param>
    internal static string Write(IEnumerable<ApiOperation> operations, TypeDocumentation documentation)
    {
        var schemas = new SchemaWriter(documentation);
        var paths = new JsonObject { ["/oauth/token"] = new JsonObject { ["post"] = TokenOperation.Describe() } };
        foreach (var operation in operations)
        {
            if (paths[operation.Path] is not JsonObject path)
                paths[operation.Path] = path = [];
            path[operation.Method.ToLowerInvariant()] = Describe(operation, schemas);
        }
        var document = new JsonObject
        {
            ["openapi"] = "3.0.1",
            ["info"] = new JsonObject
            {
                ["title"] = "Tallystick",
                ["version"] = "1.0",
                ["description"] =
                    "Usage metering, pricing and billing. Every path except `/oauth/token` begins with your "
                    + "organization, and every request to it carries a bearer token. Create, read, update and delete "
                    + "all answer 200. A date alone is midnight, and a date-time without an offset is local time, in "
                    + "the organization's `timezone`, in bodies and in queries; only in measurements (`ts`, `ets`) is "
                    + "it UTC. A local time that a clock change repeats is the earlier one; one that it skips is the "
                    + "instant of the change. Answers are in UTC. A Postman collection is available at "
                    + "[/postman_collection.json](/postman_collection.json).",
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "/" }),
            ["security"] = new JsonArray(new JsonObject { ["OAuth2"] = new JsonArray() }),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = new JsonObject(
                    schemas.Schemas.Select(schema => KeyValuePair.Create(schema.Key, (JsonNode?)schema.Value))),
                ["responses"] = new JsonObject { ["Error"] = ErrorAnswerSchema() },
                ["securitySchemes"] = new JsonObject { ["OAuth2"] = SecurityScheme() },
            },
        };
        return document.ToJsonString(Readable) + "\n";
    }

    private static JsonObject Describe(ApiOperation operation, SchemaWriter schemas)
    {
        var parameters = new JsonArray();
        foreach (Match name in PathPart().Matches(operation.Path))
            parameters.Add(PathParameter(name.Groups[1].Value));
        foreach (var parameter in operation.Parameters)
        {
            parameters.Add(new JsonObject
            {
                ["name"] = parameter.Name,
                ["in"] = "query",
                ["description"] = parameter.Description,
                ["schema"] = schemas.Describe(parameter.Shape),
            });
        }
        var described = new JsonObject
        {
            ["tags"] = new JsonArray(operation.Tag),
            ["operationId"] = operation.Id,
            ["summary"] = operation.Summary,
        };
        described["description"] = $"{operation.Description}\n\n{Needs(operation)}".TrimStart();
        described["parameters"] = parameters;
        if (operation.Body is not null)
        {
            var content = Content(operation.BodyType, schemas.Reference(operation.Body));
            content[operation.BodyType]!["example"] = ExampleBody.Of(operation);
            foreach (var other in operation.OtherBodies)
                content[other.MediaType] = new JsonObject { ["schema"] = schemas.Reference(other.Schema) };
            described["requestBody"] = new JsonObject
            {
                ["required"] = !operation.IsBodyOptional,
                ["content"] = content,
            };
        }
        described["responses"] = Responses(operation.Answer is null ? null : schemas.Reference(operation.Answer));
        if (operation.FileType is { } fileType)
            described["responses"]!["200"]!["content"] = Content(
                fileType, new JsonObject { ["type"] = "string", ["format"] = "binary" });
        if (operation.Permission.Scope == PermissionScope.Public)
            described["security"] = new JsonArray();
        return described;
    }

    private static string Needs(ApiOperation operation) => operation.Permission.Scope switch
    {
        PermissionScope.Nothing => "Requires no permission.",
        PermissionScope.Public => "Requires no token.",
        _ when operation.AlsoNeeds.Count > 0 => $"Requires the permission {operation.Permission.Describe()}, and "
            + $"{string.Join(", ", operation.AlsoNeeds.Select(permission => permission.Describe()))}.",
        _ => $"Requires the permission {operation.Permission.Describe()}.",
    };

    /// <summary>The responses of an operation: its own, and the error body for all errors.</summary>
    internal static JsonObject Responses(JsonObject? schema)
    {
        var done = new JsonObject { ["description"] = "Done." };
        if (schema is not null)
            done["content"] = Json(schema);
        return new JsonObject
        {
            ["200"] = done,
            ["4XX"] = new JsonObject { ["$ref"] = "#/components/responses/Error" },
            ["5XX"] = new JsonObject { ["$ref"] = "#/components/responses/Error" },
        };
    }

    /// <summary>JSON content.</summary>
    internal static JsonObject Json(JsonObject schema) => Content("application/json", schema);

    private static JsonObject Content(string mediaType, JsonObject schema) =>
        new() { [mediaType] = new JsonObject { ["schema"] = schema } };

    private static JsonObject PathParameter(string name) => new()
    {
        ["name"] = name,
        ["in"] = "path",
        ["required"] = true,
        ["description"] = name == "orgId" ? "UUID of your organization." : $"The `{name}` in the path.",
        ["schema"] = new JsonObject { ["type"] = "string" },
    };

    private static JsonObject ErrorAnswerSchema() => new()
    {
        ["description"] = "The request failed. `message` contains the reason, and `errors` lists each fault with its "
            + "path.",
        ["content"] = Json(new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject { ["message"] = new JsonObject { ["type"] = "string" } },
        }),
    };

    private static JsonObject SecurityScheme() => new()
    {
        ["type"] = "oauth2",
        ["description"] = "Client credentials: exchange an access key for a bearer token.",
        ["flows"] = new JsonObject
        {
            ["clientCredentials"] = new JsonObject { ["tokenUrl"] = "/oauth/token", ["scopes"] = new JsonObject() },
        },
    };

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex PathPart();
}
