using Tallystick.Access.Permissions;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Server.Api.Events;
using Tallystick.Server.Api.Files;
using Tallystick.Server.Api.Http;

namespace Tallystick.Server.Api.Measurements;

/// <summary>
/// Downloads of failed measurements. A caller with a token requests a URL, which needs no token for five minutes.
/// </summary>
internal sealed class FailedIngestDownload(
    IngestFailureEvents failures, UrlSignatures signatures, PublicAddress addresses)
{
    private const string UrlPath = "/measurements/failedIngest/getDownloadUrl";
    private const string Extension = ".json";

    /// <summary>Returns the URL of a file.</summary>
    internal static ApiOperation GetUrl { get; } = new(
        "GET", "/organizations/{orgId}" + UrlPath, "GetValidationErrorDownloadUrl", "Measurements",
        "Get the URL of a failed measurement", EventContract.DownloadUrl,
        Run.By<FailedIngestDownload>(o => o.AnswerUrlAsync))
    {
        Permission = Permission.On(PermissionAction.MeasurementsRetrieve, "measurements:measurement"),
        Parameters =
        [
            new("file", "The file, as given in the `getDownloadUrl` of an event.", new TextShape()),
        ],
        Description = """
            The URL works without a token for 5 minutes. It returns JSON: `type` and `message` of the failure, the
            `field` at fault, `receivedAt`, and the `measurement` as it was sent, which you can correct and submit
            again; for an invalid row of an uploaded file, the `text` of the row, its `row`, `line` and `jobId`. Events
            `ingest.validation.failure` contain the complete URL of this request.
            """,
    };

    /// <summary>Maps the downloads.</summary>
    internal void Map(WebApplication app) =>
        app.MapGet("/downloads/failed-ingest/{orgId}/{name}", DownloadAsync);

    /// <summary>The URL of <see cref="GetUrl"/> for the file of an event.</summary>
    internal static string UrlOfUrl(string origin, string organizationId, string eventId) =>
        $"{origin}/organizations/{organizationId}{UrlPath}"
            + $"?file={Uri.EscapeDataString(FileOf(organizationId, eventId))}";

    private async Task AnswerUrlAsync(ApiCall call)
    {
        var file = QueryText.Single(call.Http.Request, "file")
            ?? throw new RefusedException(new Issue("required", "file", "is required"));
        var eventId = EventOf(call.OrganizationId, file);
        if (eventId is null
            || await failures.FindFailureAsync(
                call.OrganizationId, eventId, call.Cancelled) is null)
            throw new NotFoundException($"File '{file}' does not exist");
        var query = signatures.SignDownload(call.OrganizationId, file);
        await call.AnswerAsync(JsonFormat.Write(new System.Text.Json.Nodes.JsonObject
        {
            ["url"] = $"{addresses.Of(call.Http.Request)}/downloads/{file}?{query}",
        }));
    }

    private async Task DownloadAsync(HttpContext context)
    {
        var organizationId = (string)context.Request.RouteValues["orgId"]!;
        var file = $"failed-ingest/{organizationId}/{context.Request.RouteValues["name"]}";
        if (!signatures.IsSigned(
            context.Request, HttpMethods.Get, organizationId, file))
            throw new ForbiddenException("The URL has expired. Request a new one.");
        var eventId = EventOf(organizationId, file);
        var failure = eventId is null
            ? null
            : await failures.FindFailureAsync(
                organizationId, eventId, context.RequestAborted);
        if (failure is null)
            throw new NotFoundException("The file no longer exists");
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"{eventId}{Extension}\"";
        await JsonAnswer.WriteAsync(context, JsonFormat.Write(failure.File));
    }

    private static string FileOf(string organizationId, string eventId) =>
        $"failed-ingest/{organizationId}/{eventId}{Extension}";

    // The id of the event of a file; null unless it is a valid event id of the organization.
    private static string? EventOf(string organizationId, string file)
    {
        var prefix = $"failed-ingest/{organizationId}/";
        if (!file.StartsWith(prefix, StringComparison.Ordinal) || !file.EndsWith(Extension, StringComparison.Ordinal)
            || file.Length <= prefix.Length + Extension.Length)
            return null;
        var id = file[prefix.Length..^Extension.Length];
        return FailureEventId.Read(organizationId, id) is null ? null : id;
    }
}
