using System.Buffers;
using System.Text.Json;
using System.Text.RegularExpressions;
using NodaTime;
using Tallystick.Foundation.Values;

namespace Tallystick.Metering.Ingest.CloudEvents;

/// <summary>
/// Writes events as the body of <c>POST …/measurements</c>, so that they are checked and kept exactly like
/// measurements, and translates the faults of that body back to the events.
/// </summary>
internal static partial class EventSubmission
{
    /// <summary>Writes the body.</summary>
    /// <param name="events">The events, with their fields.</param>
    /// <param name="receivedAt">The time of events without one.</param>
    public static ReadOnlyMemory<byte> Write(
        IEnumerable<(UsageEvent Event, IReadOnlyList<EventField> Fields)> events, Instant receivedAt)
    {
        var body = new ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(body))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("measurements");
            foreach (var (one, fields) in events)
                Write(writer, one, fields, receivedAt);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        return body.WrittenMemory;
    }

    /// <summary>Converts a fault of a measurement into a fault of its event.</summary>
    public static Issue Translate(Issue issue)
    {
        var match = MeasurementPath().Match(issue.Path);
        if (!match.Success)
            return issue;
        var attribute = match.Groups["member"].Value switch
        {
            "uid" => "id",
            "meter" => "type",
            "account" => "subject",
            "ts" => "time",
            _ => "data",
        };
        return issue with { Path = $"events[{match.Groups["index"].Value}].{attribute}{match.Groups["rest"].Value}" };
    }

    private static void Write(
        Utf8JsonWriter writer, UsageEvent one, IReadOnlyList<EventField> fields, Instant receivedAt)
    {
        writer.WriteStartObject();
        writer.WriteString("uid", EventUid.Of(one.Source, one.Id));
        writer.WriteString("meter", one.Type);
        writer.WriteString("account", one.Subject);
        writer.WriteString("ts", one.Time ?? InstantText.Write(receivedAt));
        foreach (var map in fields.GroupBy(field => field.Category))
        {
            writer.WriteStartObject(MeasurementMembers.NameOf(map.Key));
            foreach (var field in map)
            {
                writer.WritePropertyName(field.Code);
                writer.WriteRawValue(field.Json);
            }
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    [GeneratedRegex(
        @"^measurements\[(?<index>\d+)\]\.(?<member>[a-z]+)(?<rest>.*)$",
        RegexOptions.ExplicitCapture | RegexOptions.Singleline)]
    private static partial Regex MeasurementPath();
}
