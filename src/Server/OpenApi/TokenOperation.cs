using System.Text.Json.Nodes;

namespace Tallystick.Server.OpenApi;

/// <summary>Describes <c>POST /oauth/token</c>, the only operation outside of an organization.</summary>
internal static class TokenOperation
{
    internal static JsonObject Describe() => new()
    {
        ["tags"] = new JsonArray("Auth"),
        ["operationId"] = "GenerateToken",
        ["summary"] = "Get a bearer token",
        ["description"] = "Send the access key id and the API secret with HTTP Basic authentication.",
        ["requestBody"] = new JsonObject
        {
            ["required"] = true,
            ["content"] = new JsonObject
            {
                ["application/json"] = new JsonObject { ["schema"] = Request() },
                ["application/x-www-form-urlencoded"] =
                    new JsonObject { ["schema"] = Text("grant_type=client_credentials") },
            },
        },
        ["responses"] = ApiDocument.Responses(Answer()),
    };

    private static JsonObject Request()
    {
        var grantType = Text("The OAuth 2.0 grant type.");
        grantType["minLength"] = 1;
        grantType["enum"] = new JsonArray("client_credentials");
        return new JsonObject
        {
            ["type"] = "object",
            ["required"] = new JsonArray("grant_type"),
            ["properties"] = new JsonObject { ["grant_type"] = grantType, ["scope"] = Text("Not used.") },
        };
    }

    private static JsonObject Answer() => new()
    {
        ["type"] = "object",
        ["required"] = new JsonArray("access_token", "expires_in"),
        ["properties"] = new JsonObject
        {
            ["access_token"] = Text("The token. Send it as `Authorization: Bearer …`."),
            ["token_type"] = Text("`Bearer`."),
            ["expires_in"] = new JsonObject
            {
                ["type"] = "integer",
                ["format"] = "int64",
                ["description"] = "Seconds until the token expires: 18000.",
            },
            ["scope"] = Text("Not used."),
        },
    };

    private static JsonObject Text(string description) => new() { ["type"] = "string", ["description"] = description };
}
