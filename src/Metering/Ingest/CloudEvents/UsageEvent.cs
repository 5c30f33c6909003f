using System.Text.Json;

namespace Tallystick.Metering.Ingest.CloudEvents;

/// <summary>The attributes and data of a CloudEvent that a measurement is made of.</summary>
/// <param name="Index">Its index in the request.</param>
/// <param name="Id">Unique among the events of its source.</param>
/// <param name="Source">The producer of the event: a URI reference.</param>
/// <param name="Type">The code of the meter.</param>
/// <param name="Subject">The code of the account.</param>
/// <param name="Time">When it happened, as sent; null if the event has no time.</param>
/// <param name="Data">An object; undefined if the event has no data.</param>
internal sealed record UsageEvent(
    int Index, string Id, string Source, string Type, string Subject, string? Time, JsonElement Data);
