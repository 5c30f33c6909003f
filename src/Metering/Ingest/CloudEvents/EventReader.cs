using System.Text.Json;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;

namespace Tallystick.Metering.Ingest.CloudEvents;

/// <summary>Reads events in the JSON format and in binary mode, and reports their faults.</summary>
internal sealed class EventReader(SubmissionIssues issues)
{
    private const string Data = "data";
    private const string EncodedData = "data_base64";

    /// <summary>Reads an event in the JSON format.</summary>
    /// <returns>The event; null, with the faults reported, if it is not valid.</returns>
    public UsageEvent? Read(JsonElement json, int index)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            issues.Add(
                SubmissionIssues.WrongType, FormattableString.Invariant($"events[{index}]"),
                SubmissionIssues.MustBeObject);
            return null;
        }
        var attributes = new EventAttributes(index, issues);
        JsonElement data = default, encoded = default;
        foreach (var member in json.EnumerateObject())
        {
            var name = EventJson.NameOf(member);
            if (name == Data)
                data = member.Value;
            else if (name == EncodedData)
                encoded = member.Value;
            else
                attributes.Add(name ?? "\ufffd", member.Value);
        }
        if (encoded.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null))
        {
            if (data.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null))
            {
                issues.Add(
                    SubmissionIssues.OutOfRange, EventAttributes.Path(index, EncodedData),
                    "must not be given together with data");
            }
            data = Decode(encoded, index);
        }
        return Whole(index, attributes, data);
    }

    /// <summary>Reads the only event of a request in binary mode.</summary>
    /// <param name="headers">The attributes: names without the prefix of the headers, and values as sent.</param>
    /// <param name="body">The data; empty if there is none.</param>
    public UsageEvent? ReadBinary(
        IReadOnlyList<KeyValuePair<string, IReadOnlyList<string>>> headers, ReadOnlyMemory<byte> body)
    {
        var attributes = new EventAttributes(0, issues);
        foreach (var (name, values) in headers)
            attributes.Add(name, values);
        return Whole(0, attributes, body.Length == 0 ? default : Parse(body, EventAttributes.Path(0, Data)));
    }

    private UsageEvent? Whole(int index, EventAttributes attributes, JsonElement data)
    {
        var before = issues.Count;
        attributes.CheckWhole();
        if (data.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null or JsonValueKind.Object))
            issues.Add(
                SubmissionIssues.WrongType, EventAttributes.Path(index, Data), SubmissionIssues.MustBeObject);
        return issues.Count == before
            && attributes["id"] is { } id && attributes["source"] is { } source
            && attributes["type"] is { } type && attributes["subject"] is { } subject
            ? new UsageEvent(index, id, source, type, subject, attributes["time"], data)
            : null;
    }

    private JsonElement Decode(JsonElement encoded, int index)
    {
        var path = EventAttributes.Path(index, EncodedData);
        var text = encoded.ValueKind == JsonValueKind.String ? EventJson.TextOf(encoded) : null;
        var bytes = new byte[text?.Length ?? 0];
        if (text is not null && Convert.TryFromBase64String(text, bytes, out var length))
            return Parse(bytes.AsMemory(0, length), path);
        issues.Add(SubmissionIssues.BadForm, path, "must be a Base64 string");
        return default;
    }

    private JsonElement Parse(ReadOnlyMemory<byte> utf8, string path)
    {
        try
        {
            using var document = JsonBody.Parse(utf8, "the value");
            return document.RootElement.Clone();
        }
        catch (RefusedException refused)
        {
            foreach (var issue in refused.Issues)
                issues.Add(issue.Code, issue.Path.Length == 0 ? path : $"{path}.{issue.Path}", issue.Message);
            return default;
        }
    }
}
