using Tallystick.Access.Permissions;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Metering.LookupTables;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;
using Tallystick.Server.Http;
using Tallystick.Server.Resources;

namespace Tallystick.Server.LookupTables;

/// <summary>The life of a revision: a draft is published, and archived by hand or by its successor.</summary>
internal static class LookupRevisions
{
    internal static ApiOperation PutStatus { get; } = new(
        "PUT", "/organizations/{orgId}/lookuptables/{lookupTableId}/revisions/{id}/status",
        "UpdateLookupTableRevisionStatus", "LookupTableRevision", "Publish or archive a lookup table revision",
        LookupContract.Revision, PutStatusAsync)
    {
        Body = LookupContract.StatusRequest,
        Permission = Permission.On(PermissionAction.ConfigUpdate, "config:lookupTableRevision").Item(),
        AlsoNeeds = LookupDataOperations.OfTable,
        Description = """
            A `DRAFT` becomes `PUBLISHED`, which archives the revision that was published before; a `PUBLISHED` one
            becomes `ARCHIVED`. There is no way back: copy the data into a new revision. `version` must be the stored
            version of the revision.
            """,
    };

    /// <summary>The revision that a path names.</summary>
    /// <param name="related">Reads what is stored.</param>
    /// <param name="id">UUID of the revision.</param>
    /// <param name="tableId">UUID of its lookup table; null for any.</param>
    /// <exception cref="NotFoundException">There is no such revision of the table.</exception>
    internal static async ValueTask<LookupTableRevision> FindAsync(
        IResourceReader related, string id, string? tableId)
    {
        var revision = await related.FindAsync<LookupTableRevision>(id);
        return revision is not null && (tableId is null || revision.LookupTableId == tableId)
            ? revision : throw ResourceService.NotFound(LookupTableResource.Revisions, id);
    }

    private static async Task PutStatusAsync(ApiCall call)
    {
        using var body = await call.ReadJsonAsync();
        LookupContract.StatusRequest.Shape.Check(body.RootElement);
        var asked = body.RootElement.TryGetProperty("status", out var status) ? status.GetString() : null;
        if (asked is null)
            throw new RefusedException(new Issue("required", "status", "is required"));
        var changed = await call.Service<LookupStore>().ChangeAsync(
            call.OrganizationId, call.Caller.AuditName, call.Cancelled, async change =>
            {
                var current = await FindAsync(change.Related, call.Route("id"), call.Route("lookupTableId"));
                LookupVersions.Require(LookupVersions.Read(body.RootElement), current.Version);
                return await MoveAsync(call, change, current, asked);
            });
        await ResourceViews.AnswerAsync(call, LookupTableResource.Revisions, changed);
    }

    private static async ValueTask<LookupTableRevision> MoveAsync(
        ApiCall call, LookupChange change, LookupTableRevision current, string asked)
    {
        switch (current.Status, asked)
        {
            case (LookupTableRevisionStatus.Draft, "PUBLISHED"):
                return await PublishAsync(call, change, current);
            case (LookupTableRevisionStatus.Published, "ARCHIVED"):
                return await ArchiveAsync(change, current);
            default:
                throw new RefusedException(new Issue("status", "status",
                    $"cannot become {asked}, since it is {JsonFormat.Name(current.Status!.Value)}; a draft can be "
                    + "published, and a published revision archived", IssueKind.Conflict));
        }
    }

    private static async ValueTask<LookupTableRevision> PublishAsync(
        ApiCall call, LookupChange change, LookupTableRevision draft)
    {
        var running = await change.Related.ListAsync<LookupTableDataJob>(
            Condition.And(Condition.Equal("target_id", draft.Id), LookupTableResource.Running));
        if (running.Count > 0)
            throw new RefusedException(new Issue("busy", "status",
                $"cannot change while the job '{running[0].Id}' changes the data", IssueKind.Conflict));
        foreach (var before in await change.Related.ListAsync<LookupTableRevision>(
            LookupTableResource.PublishedOf([draft.LookupTableId])))
        {
            Sight.Demand(call.Grants, Sight.Update(LookupTableResource.Revisions), before.Id);
            await ArchiveAsync(change, before);
        }
        return await change.UpdateAsync(draft, draft with { Status = LookupTableRevisionStatus.Published });
    }

    // Data of a revision that was published does not change, so keeping it is all that archiving takes.
    private static async ValueTask<LookupTableRevision> ArchiveAsync(LookupChange change, LookupTableRevision published)
    {
        await change.InsertAsync(new LookupTableDataJob
        {
            LookupTableId = published.LookupTableId,
            RevisionId = published.Id,
            Type = LookupTableDataJobType.Archive,
            Status = LookupTableDataJobStatus.Succeeded,
        });
        return await change.UpdateAsync(published, published with { Status = LookupTableRevisionStatus.Archived });
    }
}
