using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Tallystick.Foundation.Values;
using Tallystick.Metering.LookupTables;
using Tallystick.Server.Api.Http;

namespace Tallystick.Server.Api.LookupTables;

/// <summary>Reads, writes and deletes one item by its key.</summary>
internal sealed class LookupEntryOperations(LookupData lookups)
{
    private const string Path = LookupDataOperations.Root + "/{lookupKey}";

    private const string KeyRule = "The key consists of the values of the key fields in order, separated by commas; a "
        + "comma within a value is written `%2C`. ";

    internal static IReadOnlyList<ApiOperation> All { get; } =
    [
        new("GET", Path, "GetLookupTableRevisionDataEntry", LookupContract.Tag, "Retrieve an item by key",
            LookupContract.Data, Run.By<LookupEntryOperations>(o => o.GetAsync))
        {
            Permission = LookupDataOperations.Reading,
            AlsoNeeds = LookupDataOperations.OfTable,
            Description = KeyRule,
        },
        new("PUT", Path, "PutLookupTableRevisionDataEntry", LookupContract.Tag, "Add or replace an item by key",
            LookupContract.Data, Run.By<LookupEntryOperations>(o => o.PutAsync))
        {
            Parameters = [LookupDataAnswer.Additional],
            Permission = LookupDataOperations.Writing,
            AlsoNeeds = LookupDataOperations.OfTable,
            Body = LookupContract.EntryRequest,
            Description = KeyRule + "Adds the item or replaces the whole item. Keys that it omits are taken from the "
                + "path. `version` must match the stored version of the data, once there is data.",
        },
        new("DELETE", Path, "DeleteLookupTableRevisionDataEntry", LookupContract.Tag, "Delete an item by its key",
            LookupContract.Data, Run.By<LookupEntryOperations>(o => o.DeleteAsync))
        {
            Permission = LookupDataOperations.Writing,
            AlsoNeeds = LookupDataOperations.OfTable,
            Body = LookupContract.EntryDeleteRequest,
            Description = KeyRule + "Returns the deleted item. `version` must match the stored version of the data.",
        },
    ];

    private async Task GetAsync(ApiCall call)
    {
        var entry = await lookups.FindEntryAsync(
            LookupDataOperations.Named(call), RawKey(call), call.Cancelled) ?? throw NotFound(call);
        await AnswerAsync(call, entry, withKeys: false);
    }

    private async Task PutAsync(ApiCall call)
    {
        var withKeys = LookupDataAnswer.WithKeys(call);
        using var body = await call.ReadJsonAsync();
        using var plain = JsonDocument.Parse(LookupContract.EntryRequest.Shape.Check(body.RootElement));
        var entry = await lookups.WriteEntryAsync(
            LookupDataOperations.Named(call), RawKey(call),
            LookupRowJson.Read(plain.RootElement.GetProperty("item")), LookupVersions.Read(plain.RootElement),
            call.Cancelled);
        await AnswerAsync(call, entry, withKeys);
    }

    private async Task DeleteAsync(ApiCall call)
    {
        using var body = await call.ReadJsonAsync(isOptional: true);
        using var plain = JsonDocument.Parse(LookupContract.EntryDeleteRequest.Shape.Check(body.RootElement));
        var entry = await lookups.DeleteEntryAsync(
            LookupDataOperations.Named(call), RawKey(call), LookupVersions.Read(plain.RootElement), call.Cancelled)
            ?? throw NotFound(call);
        await AnswerAsync(call, entry, withKeys: false);
    }

    private static Task AnswerAsync(ApiCall call, LookupEntry entry, bool withKeys) =>
        LookupDataAnswer.WriteAsync(call, entry.Revision, entry.Data, [entry.Values], withKeys);

    // The key as sent, because the decoded path does not distinguish commas within values from separators.
    private static string RawKey(ApiCall call)
    {
        var target = call.Http.Features.Get<IHttpRequestFeature>()!.RawTarget;
        return target.Split('?')[0].TrimEnd('/').Split('/')[^1];
    }

    private static NotFoundException NotFound(ApiCall call) =>
        new($"The data has no item with the key '{call.Route("lookupKey")}'");
}
