using System.Text.Json.Nodes;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Metering.LookupTables;
using Tallystick.Server.Api.Http;

namespace Tallystick.Server.Api.LookupTables;

/// <summary>Writes items, with the version and the number of items of the whole data.</summary>
internal static class LookupDataAnswer
{
    private const string LookupKey = "lookupKey";

    /// <summary>The parameter that requests the key of each item.</summary>
    internal static ApiParameter Additional { get; } = new("additional",
        "`lookupKey` also returns the key of each item, as used in paths.", new ListShape(new TextShape()));

    /// <summary>Whether the request asks for the key of each item.</summary>
    /// <exception cref="RefusedException">The request asks for any other additional value.</exception>
    internal static bool WithKeys(ApiCall call)
    {
        var asked = (QueryText.List(call.Http.Request, "additional") ?? []).Where(name => name.Length > 0).ToList();
        if (asked.FirstOrDefault(name => name != LookupKey) is { } unknown)
            throw new RefusedException(
                new Issue("unknown_value", "additional", $"does not support '{unknown}'; allowed: {LookupKey}"));
        return asked.Count > 0;
    }

    /// <summary>Writes a response with items.</summary>
    internal static Task WriteAsync(
        ApiCall call,
        LookupTableRevision revision,
        LookupTableData? data,
        IEnumerable<IReadOnlyDictionary<string, CustomFieldValue>> rows,
        bool withKeys)
    {
        var keys = new LookupRows(revision);
        var answer = new JsonObject
        {
            ["items"] = new JsonArray([.. rows.Select(row => Item(row, withKeys ? keys.PathKeyOf(row) : null))]),
        };
        // If items were never written, there is no version and no audit information.
        if (data is not null)
            Stamp(answer, data);
        answer["version"] = data?.Version ?? 0;
        return call.AnswerAsync(JsonFormat.Write(answer));
    }

    private static void Stamp(JsonObject answer, LookupTableData data)
    {
        if (data.DtCreated is { } created)
            answer["dtCreated"] = InstantText.Write(created);
        if (data.DtLastModified is { } modified)
            answer["dtLastModified"] = InstantText.Write(modified);
        if (data.CreatedBy is { } creator)
            answer["createdBy"] = creator;
        if (data.LastModifiedBy is { } modifier)
            answer["lastModifiedBy"] = modifier;
    }

    private static JsonObject Item(IReadOnlyDictionary<string, CustomFieldValue> row, string? key)
    {
        var item = new JsonObject();
        foreach (var (name, value) in row)
            item[name] = value.Number is { } number ? JsonValue.Create(number) : JsonValue.Create(value.Text);
        if (key is not null)
            item[LookupKey] = key;
        return item;
    }
}
