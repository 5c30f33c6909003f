using System.Text.Json.Nodes;
using NodaTime;
using Tallystick.Access.Permissions;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Ingest;
using Tallystick.Metering.Measurements;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Api.Measurements;

namespace Tallystick.Server.Api.Events;

/// <summary>The events of failed measurements, derived from the failures in the measurement store.</summary>
internal sealed class IngestFailureEvents(
    FailedMeasurements failures, EventRetention retention, PublicAddress addresses) : IEventSource
{
    /// <summary>Name of the events.</summary>
    internal const string Name = "ingest.validation.failure";

    /// <summary>Category of the events.</summary>
    internal const string Category = "IngestValidationFailure";

    /// <summary>The permission to read a measurement as it was sent.</summary>
    internal static Permission Retrieving { get; } =
        Permission.On(PermissionAction.MeasurementsRetrieve, "measurements:measurement");

    private static readonly string[] Fields =
    [
        "account", "accountId", "field", "getDownloadUrl", "jobId", "line", "message", "meter", "receivedAt", "row",
        "type", "uid",
    ];

    /// <inheritdoc/>
    public IReadOnlyList<string> Names { get; } = [Name];

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, string>> FieldsOf(string name) =>
        Fields.Select(field => KeyValuePair.Create($"new.{field}", "string"));

    /// <inheritdoc/>
    public bool MayHave(EventRequest request, Grants caller) =>
        caller.Of(Retrieving).IsWhole
        && (request.Category ?? Category) == Category && (request.EventName ?? Name) == Name
        && request is { ResourceId: null, IsOfNotification: false };

    /// <inheritdoc/>
    public async Task<IReadOnlyList<RecordedEvent>> ReadAsync(
        ApiCall call, EventRequest request, long before, int limit) =>
        [.. (await ReadAsync(call.OrganizationId, new LogPosition(before), limit, call.Cancelled))
            .Select(one => one.Told)];

    /// <inheritdoc/>
    public async Task<RecordedEvent?> FindAsync(
        string organizationId, string id, CancellationToken cancellationToken) =>
        (await FindFailureAsync(organizationId, id, cancellationToken))?.Told;

    /// <summary>The failure of an event; null if there is none or it was deleted.</summary>
    internal async Task<IngestFailureEvent?> FindFailureAsync(
        string organizationId, string id, CancellationToken cancellationToken)
    {
        if (FailureEventId.Read(organizationId, id) is not { } position || position.Value == long.MaxValue)
            return null;
        var found = await ReadAsync(organizationId, new LogPosition(position.Value + 1), 1, cancellationToken);
        return found.FirstOrDefault(one => one.Position == position);
    }

    private async Task<IReadOnlyList<IngestFailureEvent>> ReadAsync(
        string organizationId, LogPosition before, int limit, CancellationToken cancellationToken) =>
        [.. (await failures.ReadAsync(organizationId, before, retention.Since, limit, cancellationToken))
            .Select(report => new IngestFailureEvent(report, addresses))];
}

/// <summary>The event of one failed measurement.</summary>
/// <param name="report">The failure and the measurement as sent.</param>
/// <param name="addresses">Supplies the base URL of links.</param>
internal sealed class IngestFailureEvent(FailureReport report, PublicAddress addresses)
{
    internal LogPosition Position => report.Failure.Position;

    /// <summary>The event.</summary>
    internal RecordedEvent Told => new(Position.Value, Id, IngestFailureEvents.Name, Time, AccountId, Tell,
        caller => caller.Of(IngestFailureEvents.Retrieving).IsWhole);

    internal string Id { get; } = FailureEventId.Of(report.Failure.OrganizationId, report.Failure.Position);

    internal Instant Time => report.Failure.ReceivedAt;

    internal string? AccountId => report.Failure.AccountId;

    /// <summary>
    /// The file to download: the failure and the measurement, so that it can be corrected and sent again.
    /// </summary>
    internal JsonObject File => Describe(withMeasurement: true);

    private JsonObject Tell(ApiCall call)
    {
        var url = FailedIngestDownload.UrlOfUrl(addresses.Of(call.Http.Request), call.OrganizationId, Id);
        return new JsonObject
        {
            ["eventType"] = IngestFailureEvents.Category,
            ["getDownloadUrl"] = url,
            ["eventData"] = new JsonObject { ["newDto"] = Details(url) },
        };
    }

    private JsonObject Details(string downloadUrl)
    {
        var details = Describe(withMeasurement: false);
        if (report.Row is not null)
        {
            details["getDownloadUrl"] = downloadUrl;
            return details;
        }
        var measurement = JsonNode.Parse(report.Json)!;
        foreach (var name in new[] { "uid", "meter", "account" })
            details[name] = measurement[name]!.DeepClone();
        if (AccountId is not null)
            details["accountId"] = AccountId;
        details["getDownloadUrl"] = downloadUrl;
        return details;
    }

    private JsonObject Describe(bool withMeasurement)
    {
        var file = new JsonObject { ["type"] = report.Failure.Type.ToString(), ["message"] = report.Message };
        if (report.Failure is { Type: IngestFailure.MissingField or IngestFailure.DuplicateField, Detail: { } field })
            file["field"] = field;
        file["receivedAt"] = InstantText.Write(Time);
        if (report.Row is { } row)
        {
            file["jobId"] = row.JobId;
            file["row"] = row.Row;
            file["line"] = row.Line;
            if (withMeasurement)
                file["text"] = row.Text;
        }
        else if (withMeasurement)
            file["measurement"] = JsonNode.Parse(report.Json);
        return file;
    }
}
