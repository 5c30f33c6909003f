using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Metering.LookupTables;

/// <summary>A revision as a request names it.</summary>
/// <param name="OrganizationId">UUID of the organization.</param>
/// <param name="TableId">UUID of the lookup table.</param>
/// <param name="Id">UUID of the revision.</param>
/// <param name="Principal">Who asks, for the audit fields.</param>
public sealed record NamedRevision(string OrganizationId, string TableId, string Id, string Principal);

/// <summary>The life of a revision: a draft is published, and archived by hand or by its successor.</summary>
public sealed class LookupRevisions(LookupStore lookups)
{
    /// <summary>The revision of a table.</summary>
    /// <param name="related">Reads what is stored.</param>
    /// <param name="id">UUID of the revision.</param>
    /// <param name="tableId">UUID of its lookup table; null for any.</param>
    /// <exception cref="NotFoundException">There is no such revision of the table.</exception>
    public static async ValueTask<LookupTableRevision> FindAsync(
        IResourceReader related, string id, string? tableId)
    {
        var revision = await related.FindAsync<LookupTableRevision>(id);
        return revision is not null && (tableId is null || revision.LookupTableId == tableId)
            ? revision : throw ResourceService.NotFound(LookupTableResource.Revisions, id);
    }

    /// <summary>Publishes or archives a revision.</summary>
    /// <param name="named">The revision.</param>
    /// <param name="asked">The status that it is to have, and the version that it was read with; 0 for none.</param>
    /// <param name="requireUpdate">Refuses by throwing when the caller may not change the revision of an id.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    public Task<LookupTableRevision> SetStatusAsync(
        NamedRevision named, (string Status, long Version) asked, Action<string> requireUpdate,
        CancellationToken cancellationToken) =>
        lookups.ChangeAsync(named.OrganizationId, named.Principal, cancellationToken, async change =>
        {
            var current = await FindAsync(change.Related, named.Id, named.TableId);
            LookupVersions.Require(asked.Version, current.Version);
            return await MoveAsync(change, current, asked.Status, requireUpdate);
        });

    private static async ValueTask<LookupTableRevision> MoveAsync(
        LookupChange change, LookupTableRevision current, string asked, Action<string> requireUpdate)
    {
        switch (current.Status, asked)
        {
            case (LookupTableRevisionStatus.Draft, "PUBLISHED"):
                return await PublishAsync(change, current, requireUpdate);
            case (LookupTableRevisionStatus.Published, "ARCHIVED"):
                return await ArchiveAsync(change, current);
            default:
                throw new RefusedException(new Issue("status", "status",
                    $"cannot become {asked} because it is {JsonFormat.Name(current.Status!.Value)}; a draft can be "
                    + "published, and a published revision can be archived", IssueKind.Conflict));
        }
    }

    private static async ValueTask<LookupTableRevision> PublishAsync(
        LookupChange change, LookupTableRevision draft, Action<string> requireUpdate)
    {
        var running = await change.Related.ListAsync<LookupTableDataJob>(
            Condition.And(Condition.Equal("target_id", draft.Id), LookupTableResource.Running));
        if (running.Count > 0)
            throw new RefusedException(new Issue("busy", "status",
                $"cannot be changed while the job '{running[0].Id}' is changing the data", IssueKind.Conflict));
        foreach (var before in await change.Related.ListAsync<LookupTableRevision>(
            LookupTableResource.PublishedOf([draft.LookupTableId])))
        {
            requireUpdate(before.Id);
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
