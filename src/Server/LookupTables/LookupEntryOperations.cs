using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Metering.LookupTables;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;
using Tallystick.Server.Http;

namespace Tallystick.Server.LookupTables;

/// <summary>Reading, writing and deleting one item by its key.</summary>
internal static class LookupEntryOperations
{
    private const string Path = LookupDataOperations.Root + "/{lookupKey}";

    private const string KeyRule = "The key has the values of the key fields in their order, joined by commas; a comma "
        + "within a value is written `%2C`. ";

    internal static IReadOnlyList<ApiOperation> All { get; } =
    [
        new("GET", Path, "GetLookupTableRevisionDataEntry", LookupContract.Tag, "Read an item by its key",
            LookupContract.Data, GetAsync)
        {
            Permission = LookupDataOperations.Reading,
            AlsoNeeds = LookupDataOperations.OfTable,
            Description = KeyRule,
        },
        new("PUT", Path, "PutLookupTableRevisionDataEntry", LookupContract.Tag, "Write an item by its key",
            LookupContract.Data, PutAsync)
        {
            Parameters = [LookupDataAnswer.Additional],
            Permission = LookupDataOperations.Writing,
            AlsoNeeds = LookupDataOperations.OfTable,
            Body = LookupContract.EntryRequest,
            Description = KeyRule + "Adds the item or replaces it as a whole. Keys left out of it are taken from the "
                + "path. `version` must be the stored version of the data, once there is data.",
        },
        new("DELETE", Path, "DeleteLookupTableRevisionDataEntry", LookupContract.Tag, "Delete an item by its key",
            LookupContract.Data, DeleteAsync)
        {
            Permission = LookupDataOperations.Writing,
            AlsoNeeds = LookupDataOperations.OfTable,
            Body = LookupContract.EntryDeleteRequest,
            Description = KeyRule + "Answers with the item deleted. `version` must be the stored version of the data.",
        },
    ];

    private static async Task GetAsync(ApiCall call)
    {
        var revision = await LookupDataOperations.RevisionAsync(call);
        var related = call.Service<LookupStore>().Reader(call.OrganizationId, call.Cancelled);
        var item = await FindAsync(related, revision, RawKey(call)) ?? throw NotFound(call);
        var data = await related.FindAsync<LookupTableData>(revision.Id);
        await LookupDataAnswer.WriteAsync(call, revision, data, [item.Values], withKeys: false);
    }

    private static async Task PutAsync(ApiCall call)
    {
        var withKeys = LookupDataAnswer.WithKeys(call);
        using var body = await call.ReadJsonAsync();
        using var plain = JsonDocument.Parse(LookupContract.EntryRequest.Shape.Check(body.RootElement));
        var given = LookupRowJson.Read(plain.RootElement.GetProperty("item"));
        var (revision, data, row) = await call.Service<LookupStore>().ChangeAsync(
            call.OrganizationId, call.Caller.AuditName, call.Cancelled, async change =>
            {
                var revision = await LookupDataOperations.DraftAsync(call, change);
                await LookupDataOperations.RequireVersionAsync(change, revision.Id, plain.RootElement);
                var row = RowAt(revision, given, RawKey(call));
                return (revision, await change.UpsertAsync(revision, [row]), row);
            });
        await LookupDataAnswer.WriteAsync(call, revision, data, [row], withKeys);
    }

    private static async Task DeleteAsync(ApiCall call)
    {
        using var body = await RequestBody.ReadJsonAsync(call.Http, isOptional: true);
        using var plain = JsonDocument.Parse(LookupContract.EntryDeleteRequest.Shape.Check(body.RootElement));
        var (revision, data, item) = await call.Service<LookupStore>().ChangeAsync(
            call.OrganizationId, call.Caller.AuditName, call.Cancelled, async change =>
            {
                var revision = await LookupDataOperations.DraftAsync(call, change);
                var item = await FindAsync(change.Related, revision, RawKey(call)) ?? throw NotFound(call);
                await LookupDataOperations.RequireVersionAsync(change, revision.Id, plain.RootElement);
                await change.DeleteAllAsync<LookupTableItem>(Condition.Equal("id", item.Id));
                return (revision, await change.CountAsync(revision.Id, -1), item);
            });
        await LookupDataAnswer.WriteAsync(call, revision, data, [item.Values], withKeys: false);
    }

    private static async ValueTask<LookupTableItem?> FindAsync(
        IResourceReader related, LookupTableRevision revision, string rawKey)
    {
        var rows = new LookupRows(revision);
        foreach (var key in rows.KeysIn(rawKey))
        {
            if (await related.FindAsync<LookupTableItem>(rows.IdOf(key)) is { } item)
                return item;
        }
        return null;
    }

    /// <summary>The item with the key of the path, which its own keys must not contradict.</summary>
    private static Dictionary<string, CustomFieldValue> RowAt(
        LookupTableRevision revision, Dictionary<string, CustomFieldValue> given, string rawKey)
    {
        var rows = new LookupRows(revision);
        var keys = rows.KeysIn(rawKey);
        var fitting = keys.FirstOrDefault(key => key.All(
            part => !given.TryGetValue(part.Key, out var value) || value == part.Value));
        var issues = new Issues();
        if (keys.Count == 0)
            issues.Add(
                "key", "lookupKey", $"must have values for {string.Join(", ", revision.Keys)}, joined by commas");
        else if (fitting is null)
            issues.Add("contradiction", "item", "has another key than the path");
        var row = new Dictionary<string, CustomFieldValue>(given, StringComparer.Ordinal);
        foreach (var (name, value) in fitting ?? keys.FirstOrDefault() ?? new Dictionary<string, CustomFieldValue>())
            row.TryAdd(name, value);
        rows.Check(row, "item", issues);
        issues.ThrowIfAny();
        return row;
    }

    // As it was sent: the decoded path no longer tells the commas within values from those between them.
    private static string RawKey(ApiCall call)
    {
        var target = call.Http.Features.Get<IHttpRequestFeature>()!.RawTarget;
        return target.Split('?')[0].TrimEnd('/').Split('/')[^1];
    }

    private static NotFoundException NotFound(ApiCall call) =>
        new($"There is no item with the key '{call.Route("lookupKey")}'");
}
