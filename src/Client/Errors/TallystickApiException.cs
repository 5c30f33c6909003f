using System.Net;
using System.Text.Json;

namespace Tallystick.Client;

/// <summary>A fault of a request.</summary>
/// <param name="Code">What kind of fault it is, such as <c>required</c>.</param>
/// <param name="Path">Where it is, such as <c>pricingBands[0].unitPrice</c>.</param>
/// <param name="Message">What is wrong.</param>
public sealed record ApiIssue(string Code, string Path, string Message);

/// <summary>The API refused a request or failed. Its subclasses are for the usual statuses.</summary>
public class TallystickApiException : TallystickException
{
    internal TallystickApiException(HttpStatusCode status, ErrorBody error)
        : base(error.Message)
    {
        Status = status;
        Code = error.Code;
        Issues = error.Issues;
        Body = error.Text;
    }

    /// <summary>The HTTP status.</summary>
    public HttpStatusCode Status { get; }

    /// <summary>The code of the error: its own, or else that of its first issue.</summary>
    public string? Code { get; }

    /// <summary>The faults of the request, each with the member that has it.</summary>
    public IReadOnlyList<ApiIssue> Issues { get; }

    /// <summary>The response as it was sent.</summary>
    public string Body { get; }

    internal static TallystickApiException Of(HttpStatusCode status, string body)
    {
        var error = ErrorBody.Read(status, body);
        return status switch
        {
            HttpStatusCode.BadRequest => new BadRequestException(error),
            HttpStatusCode.Unauthorized => new UnauthorizedException(error),
            HttpStatusCode.Forbidden => new ForbiddenException(error),
            HttpStatusCode.NotFound => new NotFoundException(error),
            HttpStatusCode.Conflict => new ConflictException(error),
            HttpStatusCode.TooManyRequests => new TooManyRequestsException(error),
            >= HttpStatusCode.InternalServerError => new ServerErrorException(status, error),
            _ => new TallystickApiException(status, error),
        };
    }
}

/// <summary>What the body of an error says.</summary>
internal sealed record ErrorBody(string Message, string? Code, IReadOnlyList<ApiIssue> Issues, string Text)
{
    internal static ErrorBody Read(HttpStatusCode status, string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            if (json.RootElement.ValueKind == JsonValueKind.Object)
                return Read(status, json.RootElement, text);
        }
        catch (JsonException)
        {
            // A proxy answers with text or HTML.
        }
        return new($"The API answered {(int)status} {status}.", null, [], text);
    }

    private static ErrorBody Read(HttpStatusCode status, JsonElement body, string text)
    {
        var issues = body.TryGetProperty("errors", out var errors) && errors.ValueKind == JsonValueKind.Array
            ? errors.EnumerateArray().Where(one => one.ValueKind == JsonValueKind.Object).Select(one => new ApiIssue(
                TextOf(one, "code") ?? "", TextOf(one, "path") ?? "", TextOf(one, "message") ?? "")).ToList()
            : [];
        var message = TextOf(body, "message") ?? $"The API answered {(int)status}: {text}";
        var code = TextOf(body, "code") ?? TextOf(body, "error") ?? issues.FirstOrDefault()?.Code;
        return new(message, code, issues, text);
    }

    private static string? TextOf(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
