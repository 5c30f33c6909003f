using System.Text.Json.Nodes;
using NodaTime;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Ingest;
using Tallystick.Metering.Measurements;

namespace Tallystick.Server.Events;

/// <summary>The events of failed measurements, read from the failures that the measurement store keeps.</summary>
internal sealed class IngestFailureEvents(FailedMeasurements failures, IClock clock)
{
    /// <summary>Name of the events.</summary>
    internal const string Name = "ingest.validation.failure";

    /// <summary>Category of the events.</summary>
    internal const string Category = "IngestValidationFailure";

    private static readonly Duration Kept = Duration.FromDays(28);

    /// <summary>What such an event tells of the measurement, in the order of their names.</summary>
    internal static IReadOnlyList<string> Fields { get; } =
        ["account", "accountId", "field", "getDownloadUrl", "message", "meter", "receivedAt", "type", "uid"];

    /// <summary>Events before this instant are no longer there.</summary>
    internal Instant Since => clock.GetCurrentInstant() - Kept;

    /// <summary>The events before a place, the latest first.</summary>
    internal async Task<IReadOnlyList<IngestFailureEvent>> ReadAsync(
        string organizationId, LogPosition before, int limit, CancellationToken cancellationToken) =>
        [.. (await failures.ReadAsync(organizationId, before, Since, limit, cancellationToken))
            .Select(report => new IngestFailureEvent(report))];

    /// <summary>The event with an id; null where there is none, or no longer.</summary>
    internal async Task<IngestFailureEvent?> FindAsync(
        string organizationId, string id, CancellationToken cancellationToken)
    {
        if (FailureEventId.Read(organizationId, id) is not { } position || position.Value == long.MaxValue)
            return null;
        var found = await ReadAsync(organizationId, new LogPosition(position.Value + 1), 1, cancellationToken);
        return found.FirstOrDefault(one => one.Position == position);
    }
}

/// <summary>The event of one failed measurement.</summary>
/// <param name="report">The failure and what was sent.</param>
internal sealed class IngestFailureEvent(FailureReport report)
{
    internal LogPosition Position => report.Failure.Position;

    internal string Id { get; } = FailureEventId.Of(report.Failure.OrganizationId, report.Failure.Position);

    internal Instant Time => report.Failure.ReceivedAt;

    internal string? AccountId => report.Failure.AccountId;

    /// <summary>The file of the download: the failure with the measurement, to be mended and sent again.</summary>
    internal JsonObject File => Describe(withMeasurement: true);

    /// <summary>What the event tells.</summary>
    /// <param name="downloadUrl">Where the URL of the file is given.</param>
    internal JsonObject Details(string downloadUrl)
    {
        var details = Describe(withMeasurement: false);
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
        if (withMeasurement)
            file["measurement"] = JsonNode.Parse(report.Json);
        return file;
    }
}
