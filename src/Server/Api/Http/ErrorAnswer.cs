using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Ingest;
using Tallystick.Metering.Measurements;
using Tallystick.Resources.Documents;
using Tallystick.Server.Hosting;

namespace Tallystick.Server.Api.Http;

/// <summary>Converts exceptions to error responses: <c>{"message": "...", "errors": [...]}</c>.</summary>
internal static class ErrorAnswer
{
    private const string SecondsToRetryUnavailable = "5";

    /// <summary>Runs the request and converts its exceptions to responses.</summary>
    internal static async Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller has disconnected, so no response is needed.
        }
        catch (ClientDisconnectedException)
        {
            // As above.
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            await WriteAsync(context, exception);
        }
    }

    private static Task WriteAsync(HttpContext context, Exception exception)
    {
        switch (exception)
        {
            case RefusedException refused:
                return WriteAsync(context, StatusOf(refused), refused.Message, refused.Issues);
            case NotFoundException:
                return WriteAsync(context, StatusCodes.Status404NotFound, exception.Message);
            case UnauthorizedException:
                context.Response.Headers.WWWAuthenticate = "Bearer";
                return WriteAsync(context, StatusCodes.Status401Unauthorized, exception.Message);
            case ForbiddenException:
                return WriteAsync(context, StatusCodes.Status403Forbidden, exception.Message);
            case TooManyRequestsException tooMany:
                context.Response.Headers.RetryAfter = tooMany.SecondsToRetry.ToString(CultureInfo.InvariantCulture);
                return WriteAsync(context, StatusCodes.Status429TooManyRequests, exception.Message);
            case ServerBusyException or UsageMemoryException:
                context.Response.Headers.RetryAfter = SecondsToRetryUnavailable;
                return WriteAsync(context, StatusCodes.Status503ServiceUnavailable, exception.Message);
            case LogBusyException:
                context.Response.Headers.RetryAfter = "1";
                return WriteAsync(context, StatusCodes.Status429TooManyRequests, exception.Message);
            case StoreUnavailableException or LoadRefusedException:
                // The exception may contain paths of the machine, so it is logged but not returned.
                Log.RequestFailed(LoggerOf(context), exception, context.Request.Method, context.Request.Path);
                context.Response.Headers.RetryAfter = SecondsToRetryUnavailable;
                return WriteAsync(
                    context, StatusCodes.Status503ServiceUnavailable,
                    "The server cannot store data at the moment, and the request was not accepted. Retry after the "
                    + "number of seconds in Retry-After");
            case AppendUnknownException:
                Log.RequestFailed(LoggerOf(context), exception, context.Request.Method, context.Request.Path);
                context.Response.Headers.RetryAfter = SecondsToRetryUnavailable;
                return WriteAsync(
                    context, StatusCodes.Status503ServiceUnavailable,
                    "The server cannot determine whether the request was stored. Retry after the number of seconds in "
                    + "Retry-After; measurements with a uid are counted only once");
            case StoreOutageException:
                Log.RequestMetOutage(
                    LoggerOf(context), context.Request.Method, context.Request.Path, exception.Message);
                context.Response.Headers.RetryAfter = SecondsToRetryUnavailable;
                return WriteAsync(
                    context, StatusCodes.Status503ServiceUnavailable,
                    "The database is unavailable or cannot write. Retry after the number of seconds in Retry-After. If "
                    + "this request makes a change, first check whether the change was made");
            case BodyTooLargeException tooLarge:
                return WriteAsync(context, tooLarge.Status, exception.Message);
            case BodyTooLateException:
                return WriteAsync(context, StatusCodes.Status408RequestTimeout, exception.Message);
            case UnsupportedEncodingException or UnsupportedContentTypeException:
                return WriteAsync(context, StatusCodes.Status415UnsupportedMediaType, exception.Message);
            case BadHttpRequestException bad:
                return WriteAsync(context, bad.StatusCode, MessageOf(bad));
            default:
                Log.RequestFailed(LoggerOf(context), exception, context.Request.Method, context.Request.Path);
                return WriteAsync(
                    context, StatusCodes.Status500InternalServerError, "Internal server error. See the server log");
        }
    }

    // The messages of the web server are meant for developers, not for callers.
    private static string MessageOf(BadHttpRequestException bad) => bad.StatusCode switch
    {
        StatusCodes.Status408RequestTimeout => "The request body did not arrive in time.",
        StatusCodes.Status413PayloadTooLarge => "The request body is too large.",
        _ => "The request is not valid HTTP.",
    };

    private static ILogger LoggerOf(HttpContext context) =>
        context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("Tallystick.Server");

    // An invalid request takes precedence over a conflict with stored data.
    private static int StatusOf(RefusedException refused) =>
        refused.Issues.Any(issue => issue.Kind == IssueKind.Invalid)
            ? StatusCodes.Status400BadRequest
            : StatusCodes.Status409Conflict;

    /// <summary>Writes an error body.</summary>
    internal static async Task WriteAsync(
        HttpContext context, int status, string message, IReadOnlyList<Issue>? issues = null)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = "application/json";
        // Remove headers that the handler may have set for the intended response.
        response.ContentLength = null;
        response.Headers.ContentDisposition = default;
        // Some clients retry a 409 automatically unless this header is set.
        if (status == StatusCodes.Status409Conflict)
            response.Headers["x-should-retry"] = "false";
        if (ProtobufStatus.IsExpected(context.Request))
        {
            await ProtobufStatus.WriteAsync(context, message);
            return;
        }
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, JsonFormat.WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteString("message", message);
            if (issues is not null)
                WriteIssues(writer, issues);
            writer.WriteEndObject();
        }
        await response.Body.WriteAsync(buffer.WrittenMemory, context.RequestAborted);
    }

    private static void WriteIssues(Utf8JsonWriter writer, IReadOnlyList<Issue> issues)
    {
        writer.WriteStartArray("errors");
        foreach (var issue in issues)
        {
            writer.WriteStartObject();
            writer.WriteString("path", issue.Path);
            writer.WriteString("code", issue.Code);
            writer.WriteString("message", issue.Message);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }
}
