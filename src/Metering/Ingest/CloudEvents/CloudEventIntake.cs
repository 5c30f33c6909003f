using System.Text.Json;
using NodaTime;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;

namespace Tallystick.Metering.Ingest.CloudEvents;

/// <summary>How a request contains its events.</summary>
public enum CloudEventMode
{
    /// <summary>One event in the JSON format.</summary>
    Structured,

    /// <summary>An array of events in the JSON format.</summary>
    Batched,

    /// <summary>Either of the two; the JSON itself decides.</summary>
    Either,
}

/// <summary>
/// Accepts CloudEvents 1.0 as measurements: reads them, maps their data to fields of the meters, and passes the whole
/// submission to the <see cref="MeasurementIntake"/>.
/// </summary>
/// <param name="intake">Checks and stores measurements.</param>
/// <param name="catalog">Finds meters and their fields.</param>
/// <param name="clock">Supplies the time of events without one.</param>
public sealed class CloudEventIntake(MeasurementIntake intake, IMeteringCatalog catalog, IClock clock)
{
    private const int MaximumEvents = 1000;
    private const string ListPath = "events";
    private const string ListRule = "must be an array of 1 to 1000 events";

    /// <summary>Accepts events in the JSON format. Returns after all of them were flushed to disk.</summary>
    /// <exception cref="RefusedException">
    /// There are faults (all are listed, up to a limit); nothing was stored.
    /// </exception>
    /// <remarks>Also throws the other exceptions of <see cref="MeasurementIntake.AcceptAsync"/>.</remarks>
    public async ValueTask AcceptAsync(
        string organizationId, CloudEventMode mode, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        using var document = Parse(body);
        var issues = new SubmissionIssues();
        await AcceptAsync(organizationId, Read(document.RootElement, mode, issues), issues, cancellationToken);
    }

    /// <summary>Accepts one event in binary mode. Returns after it was flushed to disk.</summary>
    /// <param name="organizationId">The organization.</param>
    /// <param name="headers">The attributes: names without the prefix of the headers, and values as sent.</param>
    /// <param name="body">The data; empty if there is none.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <exception cref="RefusedException">As for events in the JSON format.</exception>
    public async ValueTask AcceptBinaryAsync(
        string organizationId, IReadOnlyList<KeyValuePair<string, IReadOnlyList<string>>> headers,
        ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var issues = new SubmissionIssues();
        var one = new EventReader(issues).ReadBinary(headers, body);
        await AcceptAsync(organizationId, [one], issues, cancellationToken);
    }

    private async ValueTask AcceptAsync(
        string organizationId, IReadOnlyList<UsageEvent?> events, SubmissionIssues issues,
        CancellationToken cancellationToken)
    {
        var receivedAt = clock.GetCurrentInstant();
        var read = new List<(UsageEvent, IReadOnlyList<EventField>)>(events.Count);
        var fields = new Dictionary<string, EventFields>(StringComparer.Ordinal);
        foreach (var one in events)
        {
            if (one is null)
                continue;
            if (!fields.TryGetValue(one.Type, out var ofType))
            {
                ofType = await FieldsAsync(organizationId, one.Type, cancellationToken);
                fields.Add(one.Type, ofType);
            }
            read.Add((one, ofType.Of(one, issues)));
        }
        issues.ThrowIfAny();
        try
        {
            var submission = EventSubmission.Write(read, receivedAt);
            await intake.AcceptAsync(organizationId, submission, cancellationToken);
        }
        catch (RefusedException refused)
        {
            throw new RefusedException([.. refused.Issues.Select(EventSubmission.Translate)]);
        }
    }

    // A type that is too long for a code matches no meter; the intake refuses it.
    private async ValueTask<EventFields> FieldsAsync(
        string organizationId, string type, CancellationToken cancellationToken)
    {
        var meter = TextLength.Of(type) <= MeasurementParser.MaximumCode
            ? await catalog.FindMeterAsync(organizationId, type, cancellationToken)
            : null;
        return new EventFields(meter?.Meter);
    }

    private static List<UsageEvent?> Read(JsonElement root, CloudEventMode mode, SubmissionIssues issues)
    {
        var reader = new EventReader(issues);
        if (!IsList(root, mode))
            return [reader.Read(root, 0)];
        if (root.ValueKind != JsonValueKind.Array)
        {
            issues.Add(SubmissionIssues.WrongType, ListPath, ListRule);
            return [];
        }
        var count = root.GetArrayLength();
        if (count is 0 or > MaximumEvents)
            issues.Add(SubmissionIssues.OutOfRange, ListPath, $"{ListRule}; it has {count}");
        return [.. root.EnumerateArray().Take(MaximumEvents).Select(reader.Read)];
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            return JsonBody.Parse(body, "The request body");
        }
        catch (RefusedException refused)
        {
            throw new RefusedException([.. refused.Issues.Select(InEvents)]);
        }

        Issue InEvents(Issue issue) => issue.Path switch
        {
            "" => issue,
            ['[', ..] => issue with { Path = ListPath + issue.Path },
            _ => issue with { Path = $"{ListPath}[0].{issue.Path}" },
        };
    }

    private static bool IsList(JsonElement root, CloudEventMode mode) =>
        mode == CloudEventMode.Batched || (mode == CloudEventMode.Either && root.ValueKind == JsonValueKind.Array);
}
