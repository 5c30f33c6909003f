using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Tallystick.Client;
using Tallystick.Console.Tables;

namespace Tallystick.Console.Pages.Metering.Ingest;

/// <summary>A measurement that failed after it was accepted, as its event tells it.</summary>
internal sealed record Failure
{
    /// <summary>The name of such events.</summary>
    internal const string EventName = "ingest.validation.failure";

    private JsonElement _details;

    internal required string Id { get; init; }

    internal required DateTimeOffset Time { get; init; }

    internal DateTimeOffset? Handled { get; init; }

    internal string? Type => Text("type");

    internal string? Message => Text("message");

    internal string? Field => Text("field");

    internal string? Meter => Text("meter");

    internal string? Account => Text("account");

    internal string? Uid => Text("uid");

    internal string? JobId => Text("jobId");

    internal string? Row => Text("row");

    internal string? Line => Text("line");

    /// <summary>The file with the original, as the API names it; null for none.</summary>
    internal string? File => Uri.TryCreate(Text("getDownloadUrl"), UriKind.Absolute, out var url)
        ? QueryHelpers.ParseQuery(url.Query).GetValueOrDefault("file") : (string?)null;

    /// <summary>The table of failures.</summary>
    internal static TableDefinition<Event> Table { get; } = new()
    {
        Name = "ingestfailures",
        Operation = "GET events",
        Load = query => query.Api.Client.Events.ListAsync(
            query.PageSize, EventName, includeActioned: query["handled"] == "ALL"),
        Key = one => one.Id,
        Page = one => $"ingest/failures/{one.Id}",
        Filters = [new("handled", "Show") { Any = "Not handled", Options = ["ALL"] }],
        Columns = new Columns<Event>()
            .Text("Reason", one => Of(one).Message)
            .Code("Meter", one => Of(one).Meter)
            .Code("Account", one => Of(one).Account)
            .Time("Received", one => one.EventTime)
            .Time("Handled", one => one.DtActioned)
            .Text("Type", one => Of(one).Type).Extra()
            .Code("Field", one => Of(one).Field).Extra()
            .Code("Unique id", one => Of(one).Uid).Extra()
            .Text("Row of a file", one => Of(one).Row).Extra(),
    };

    internal static Failure Of(Event told) => new()
    {
        Id = told.Id,
        Time = told.EventTime,
        Handled = told.DtActioned,
        _details = told.M3terEvent.ValueKind == JsonValueKind.Object
            && told.M3terEvent.TryGetProperty("eventData", out var data)
            && data.TryGetProperty("newDto", out var details) ? details : default,
    };

    private string? Text(string name) =>
        _details.ValueKind == JsonValueKind.Object && _details.TryGetProperty(name, out var value)
            ? value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText() : null;
}
