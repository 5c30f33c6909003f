using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tallystick.Access.Permissions;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Metering.LookupTables;
using Tallystick.Server.Api.Http;

namespace Tallystick.Server.Api.LookupTables;

/// <summary>Reads, writes and clears the data of a revision.</summary>
internal sealed class LookupDataOperations(LookupStore store, LookupData lookups)
{
    /// <summary>Path of the data.</summary>
    internal const string Root =
        "/organizations/{orgId}/lookuptables/{lookupTableId}/revisions/{lookupTableRevisionId}/data";

    /// <summary>The permission to read the data of a revision.</summary>
    internal static Permission Reading { get; } = Needs(PermissionAction.ConfigRetrieve);

    /// <summary>The permission to write the data of a revision.</summary>
    internal static Permission Writing { get; } = Needs(PermissionAction.ConfigUpdate);

    /// <summary>The permission required for the table in the path.</summary>
    internal static IReadOnlyList<Permission> OfTable { get; } =
        [EntityPermissions.Retrieve(LookupTableResource.Definition).Item("lookupTableId")];

    internal static IReadOnlyList<ApiOperation> All { get; } =
    [
        new("GET", Root, "GetLookupTableRevisionData", LookupContract.Tag, "Retrieve the data of a lookup table "
            + "revision",
            LookupContract.Data, Run.By<LookupDataOperations>(o => o.GetAsync))
        {
            Permission = Reading,
            AlsoNeeds = OfTable,
            Parameters =
            [
                new("limit", "Maximum number of items to return. Default and maximum: 2000.", new NumberShape(32)),
                LookupDataAnswer.Additional,
            ],
            Description = """
                Returns the items in the order in which they were added. `version` is 0 until data is written. If
                there are more items than one response can hold, download the data.
                """,
        },
        new("PUT", Root, "PutLookupTableRevisionData", LookupContract.Tag,
            "Add or replace items of a lookup table revision", LookupContract.Data,
            Run.By<LookupDataOperations>(o => o.PutAsync))
        {
            Permission = Writing,
            AlsoNeeds = OfTable,
            Parameters = [LookupDataAnswer.Additional],
            Body = LookupContract.DataRequest,
            Description = """
                Adds the items, or replaces whole items that have the same keys; other items are kept. Every key
                requires a value. Only the data of a draft can be changed. `version` must match the stored version of
                the data, once there is data. Returns the items written.
                """,
        },
        new("DELETE", Root, "DeleteLookupTableRevisionData", LookupContract.Tag,
            "Delete the data of a lookup table revision", LookupContract.DataDeleted,
            Run.By<LookupDataOperations>(o => o.DeleteAsync))
        {
            Permission = Writing,
            AlsoNeeds = OfTable,
            Description = "Deletes all items. The revision must be a draft.",
        },
    ];

    private static Permission Needs(PermissionAction action) =>
        Permission.On(action, "config:lookupTableRevision").Item("lookupTableRevisionId");

    /// <summary>The revision in the path.</summary>
    internal static ValueTask<LookupTableRevision> RevisionAsync(ApiCall call, LookupStore store) =>
        LookupRevisions.FindAsync(
            store.Reader(call.OrganizationId, call.Cancelled),
            call.Route("lookupTableRevisionId"), call.Route("lookupTableId"));

    /// <summary>The reference to the revision in the path.</summary>
    internal static RevisionReference Named(ApiCall call) => new(
        call.OrganizationId, call.Route("lookupTableId"), call.Route("lookupTableRevisionId"),
        call.Caller.AuditName);

    private async Task GetAsync(ApiCall call)
    {
        var withKeys = LookupDataAnswer.WithKeys(call);
        var limit = Limit(call);
        var revision = await RevisionAsync(call, store);
        var data = await store.Reader(call.OrganizationId, call.Cancelled).FindAsync<LookupTableData>(revision.Id);
        var items = await store.ItemsAsync(call.OrganizationId, revision.Id, null, limit, call.Cancelled);
        await LookupDataAnswer.WriteAsync(
            call, revision, data, items.Select(one => one.Item.Values), withKeys);
    }

    private static int Limit(ApiCall call)
    {
        if (QueryText.Single(call.Http.Request, "limit") is not { } text)
            return LookupContract.MaxItems;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit)
            && limit is >= 1 and <= LookupContract.MaxItems
            ? limit
            : throw new RefusedException(
                new Issue("range", "limit", $"must be an integer from 1 to {LookupContract.MaxItems}"));
    }

    private async Task PutAsync(ApiCall call)
    {
        var withKeys = LookupDataAnswer.WithKeys(call);
        using var body = await call.ReadJsonAsync();
        using var plain = JsonDocument.Parse(LookupContract.DataRequest.Shape.Check(body.RootElement));
        var rows = plain.RootElement.GetProperty("items").EnumerateArray().Select(LookupRowJson.Read).ToList();
        var (revision, data) = await lookups.WriteAsync(
            Named(call), rows, LookupVersions.Read(plain.RootElement), call.Cancelled);
        await LookupDataAnswer.WriteAsync(call, revision, data, rows, withKeys);
    }

    private async Task DeleteAsync(ApiCall call)
    {
        await lookups.ClearAsync(Named(call), call.Cancelled);
        await call.AnswerAsync(JsonFormat.Write(new JsonObject { ["result"] = "deleted" }));
    }
}
