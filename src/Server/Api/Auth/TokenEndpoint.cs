using System.Buffers;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Tallystick.Access.Credentials;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Hosting;

namespace Tallystick.Server.Api.Auth;

/// <summary>
/// <c>POST /oauth/token</c>: exchanges an access key for a bearer token by client credentials (RFC 6749 4.4). Accepts
/// JSON and form bodies with any content type, because clients differ.
/// </summary>
internal sealed class TokenEndpoint(AccessKeys keys, Tokens tokens, RequestLimits limits)
{
    // Longer than any difference in time between a known key and an unknown one.
    private static readonly TimeSpan TimeOfRefusal = TimeSpan.FromMilliseconds(10);

    /// <summary>Handles a token request.</summary>
    internal async Task AnswerAsync(HttpContext context)
    {
        // RFC 6749 5.1: a token must not be cached.
        context.Response.Headers.CacheControl = "no-store";
        var body = await RequestBody.ReadAsync(context, limits.BodyTime, RequestLimits.PublicBody);
        if (GrantType(body) is not { } grantType)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, "invalid_request",
                "The request body must contain grant_type=client_credentials, as JSON or as a form");
        }
        else if (grantType != "client_credentials")
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, "unsupported_grant_type",
                "grant_type: must be client_credentials");
        }
        else if (await FindKeyAsync(context) is { } key)
        {
            await AnswerAsync(context, await tokens.IssueAsync(key, context.RequestAborted));
        }
        else
        {
            context.Response.Headers.WWWAuthenticate = "Basic";
            await RefuseAsync(context, StatusCodes.Status401Unauthorized, "invalid_client",
                "The access key id or API secret is missing or incorrect. Send them with HTTP Basic authentication");
        }
    }

    private async ValueTask<AccessKey?> FindKeyAsync(HttpContext context)
    {
        if (BasicCredentials(context.Request.Headers.Authorization.ToString()) is not var (id, secret))
            return null;
        var source = RequestSource.Of(context);
        // Started before the look-up of the key, so that all refusals take the same time.
        var pause = Task.Delay(TimeOfRefusal, context.RequestAborted);
        // Some clients percent-encode both parts before base64, as RFC 6749 2.3.1 requires; most do not.
        var decoded = (WebUtility.UrlDecode(id), WebUtility.UrlDecode(secret));
        if (await keys.FindAsync([(id, secret), decoded], source, context.RequestAborted) is { } found)
            return found;
        await pause;
        return null;
    }

    private static (string Id, string Secret)? BasicCredentials(string header)
    {
        const string Scheme = "Basic ";
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return null;
        var encoded = header[Scheme.Length..].Trim();
        var bytes = new byte[encoded.Length];
        if (!Convert.TryFromBase64String(encoded, bytes, out var length))
            return null;
        var text = Encoding.UTF8.GetString(bytes.AsSpan(0, length));
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? null : (text[..colon], text[(colon + 1)..]);
    }

    private static string? GrantType(ReadOnlyMemory<byte> body)
    {
        var text = Encoding.UTF8.GetString(JsonBody.WithoutMark(body.Span)).Trim();
        if (!text.StartsWith('{'))
            return QueryHelpers.ParseQuery(text).TryGetValue("grant_type", out var value) ? value.ToString() : null;
        try
        {
            using var json = JsonBody.Parse(body, "The request body");
            return json.RootElement.TryGetProperty("grant_type", out var grantType)
                && grantType.ValueKind == JsonValueKind.String
                ? grantType.GetString()
                : null;
        }
        catch (Exception exception) when (exception is RefusedException or InvalidOperationException)
        {
            return null;
        }
    }

    private static Task AnswerAsync(HttpContext context, string token) => WriteAsync(context, writer =>
    {
        writer.WriteString("access_token", token);
        writer.WriteString("token_type", "Bearer");
        writer.WriteNumber("expires_in", Tokens.LifetimeSeconds);
    });

    private static Task RefuseAsync(HttpContext context, int status, string error, string message)
    {
        context.Response.StatusCode = status;
        return WriteAsync(context, writer =>
        {
            writer.WriteString("error", error);
            writer.WriteString("message", message);
        });
    }

    private static Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer, JsonFormat.WriterOptions))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }
        return JsonAnswer.WriteAsync(context, buffer.WrittenMemory);
    }
}
