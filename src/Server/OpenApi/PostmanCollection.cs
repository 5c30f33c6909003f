using System.Text.Json;
using System.Text.Json.Nodes;
using Tallystick.Access.Permissions;
using Tallystick.Server.Api.Http;

namespace Tallystick.Server.OpenApi;

/// <summary>
/// Writes the operations as a Postman collection (format 2.1): a folder per tag, a request per operation, and a script
/// that requests a token if necessary.
/// </summary>
internal static class PostmanCollection
{
    private const string Schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json";
    private const string TokenTag = "Auth";

    // Runs in Postman before each request. A token that the user entered has no expiry and is used unchanged.
    private const string FetchToken = """
        const expiry = Number(pm.variables.get("accessTokenExpiry"));
        const isFresh = pm.variables.get("accessToken") && (!expiry || Date.now() < expiry);
        const accessKeyId = pm.variables.get("accessKeyId");
        if (!isFresh && accessKeyId) {
            pm.sendRequest({
                url: pm.variables.get("baseUrl") + "/oauth/token",
                method: "POST",
                header: {
                    "Authorization": "Basic " + btoa(accessKeyId + ":" + pm.variables.get("apiSecret")),
                    "Content-Type": "application/x-www-form-urlencoded"
                },
                body: { mode: "urlencoded", urlencoded: [{ key: "grant_type", value: "client_credentials" }] }
            }, (error, response) => {
                if (error || response.code !== 200) {
                    console.error("No token: " + (error || response.text()));
                    return;
                }
                const token = response.json();
                pm.collectionVariables.set("accessToken", token.access_token);
                // A minute early, so that no request meets the very end.
                pm.collectionVariables.set("accessTokenExpiry", Date.now() + (token.expires_in - 60) * 1000);
            });
        }
        """;

    /// <summary>Writes the collection.</summary>
    /// <param name="operations">The operations to include.</param>
    /// <param name="baseUrl">Address of the server, which users of the collection can change.</param>
    internal static byte[] Write(IEnumerable<ApiOperation> operations, string baseUrl)
    {
        var folders = new JsonArray(Folder(TokenTag, [TokenRequest()]));
        foreach (var tag in operations.GroupBy(operation => operation.Tag, StringComparer.Ordinal))
            folders.Add(Folder(tag.Key, tag.Select(Request)));
        var collection = new JsonObject
        {
            ["info"] = new JsonObject
            {
                ["name"] = "Tallystick",
                ["description"] =
                    "Set the variables `baseUrl`, `orgId`, `accessKeyId` and `apiSecret`. Tokens are then requested "
                    + "and renewed by themselves.",
                ["schema"] = Schema,
            },
            ["item"] = folders,
            ["auth"] = Auth("bearer", ("token", "{{accessToken}}")),
            ["event"] = new JsonArray(new JsonObject
            {
                ["listen"] = "prerequest",
                ["script"] = new JsonObject
                {
                    ["type"] = "text/javascript",
                    ["exec"] = new JsonArray([.. FetchToken.Split('\n').Select(line => (JsonNode)line)]),
                },
            }),
            ["variable"] = new JsonArray(
                Entry("baseUrl", baseUrl), Entry("orgId", ""), Entry("accessKeyId", ""), Entry("apiSecret", ""),
                Entry("accessToken", ""), Entry("accessTokenExpiry", "")),
        };
        return JsonSerializer.SerializeToUtf8Bytes(collection, ApiDocument.Readable);
    }

    private static JsonObject Folder(string name, IEnumerable<JsonObject> requests) =>
        new() { ["name"] = name, ["item"] = new JsonArray([.. requests]) };

    private static JsonObject Request(ApiOperation operation)
    {
        var request = new JsonObject
        {
            ["method"] = operation.Method,
            ["header"] = new JsonArray(),
            ["url"] = Url(operation),
            ["description"] = operation.Description ?? "",
        };
        if (ExampleBody.Of(operation) is { } body)
        {
            request["header"] = new JsonArray(Entry("Content-Type", operation.BodyType));
            request["body"] = new JsonObject
            {
                ["mode"] = "raw",
                ["raw"] = body.ToJsonString(ApiDocument.Readable),
                ["options"] = new JsonObject { ["raw"] = new JsonObject { ["language"] = "json" } },
            };
        }
        if (operation.Permission.Scope == PermissionScope.Public)
            request["auth"] = new JsonObject { ["type"] = "noauth" };
        return new JsonObject { ["name"] = operation.Summary, ["request"] = request, ["response"] = new JsonArray() };
    }

    private static JsonObject TokenRequest() => new()
    {
        ["name"] = "Get a bearer token",
        ["request"] = new JsonObject
        {
            ["method"] = "POST",
            ["header"] = new JsonArray(),
            ["url"] = Url(["oauth", "token"]),
            ["auth"] = Auth("basic", ("username", "{{accessKeyId}}"), ("password", "{{apiSecret}}")),
            ["body"] = new JsonObject
            {
                ["mode"] = "urlencoded",
                ["urlencoded"] = new JsonArray(Entry("grant_type", "client_credentials")),
            },
        },
        ["response"] = new JsonArray(),
    };

    // The organization is a variable of the collection; other path parameters are set in each request.
    private static JsonObject Url(ApiOperation operation)
    {
        var parts = operation.Path.TrimStart('/').Split('/').Select(part => part switch
        {
            "{orgId}" => "{{orgId}}",
            ['{', .. var name, '}'] => $":{name}",
            _ => part,
        }).ToList();
        var url = Url(parts);
        url["query"] = new JsonArray([.. operation.Parameters.Select(Query)]);
        url["variable"] = new JsonArray(
            [.. parts.Where(part => part[0] == ':').Select(part => Entry(part[1..], ""))]);
        return url;
    }

    private static JsonObject Url(IReadOnlyList<string> parts) => new()
    {
        ["raw"] = $"{{{{baseUrl}}}}/{string.Join('/', parts)}",
        ["host"] = new JsonArray("{{baseUrl}}"),
        ["path"] = new JsonArray([.. parts.Select(part => (JsonNode)part)]),
    };

    private static JsonObject Query(ApiParameter parameter)
    {
        var example = ExampleBody.Of(parameter.Name, parameter.Shape);
        var query = Entry(parameter.Name, (example is JsonArray list ? list[0] : example)?.ToString() ?? "");
        query["description"] = parameter.Description;
        query["disabled"] = true;
        return query;
    }

    private static JsonObject Auth(string type, params (string Key, string Value)[] settings) => new()
    {
        ["type"] = type,
        [type] = new JsonArray([.. settings.Select(setting => Entry(setting.Key, setting.Value))]),
    };

    private static JsonObject Entry(string key, string value) =>
        new() { ["key"] = key, ["value"] = value, ["type"] = "string" };
}
