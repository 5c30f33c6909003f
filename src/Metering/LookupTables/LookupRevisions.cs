using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Metering.LookupTables;

/// <summary>A reference to a revision in a request.</summary>
/// <param name="OrganizationId">UUID of the organization.</param>
/// <param name="TableId">UUID of the lookup table.</param>
/// <param name="Id">UUID of the revision.</param>
/// <param name="Principal">The caller, for the audit fields.</param>
public sealed record RevisionReference(string OrganizationId, string TableId, string Id, string Principal);

/// <summary>
/// The life cycle of a revision: a draft is published; a published revision is archived on request or when another
/// revision is published.
/// </summary>
/// <param name="lookups">Makes the changes.</param>
/// <param name="published">The published data that calculations read.</param>
/// <param name="maxPublishedItems">
/// The maximum number of items in all published revisions of an organization, because calculations read them in memory.
/// </param>
/// <param name="maxPublishedTextBytes">The maximum number of bytes of their strings, for the same reason.</param>
public sealed class LookupRevisions(
    LookupStore lookups, PublishedLookups published, long maxPublishedItems = LookupRevisions.MaxPublishedItems,
    long maxPublishedTextBytes = LookupRevisions.MaxPublishedTextBytes)
{
    private const string Published = "PUBLISHED";

    /// <summary>The maximum number of items in all published revisions of an organization.</summary>
    public const long MaxPublishedItems = 1_000_000;

    /// <summary>
    /// The maximum number of bytes of the strings, in UTF-8, in all published revisions of an organization: 256 MiB.
    /// </summary>
    public const long MaxPublishedTextBytes = 256L * 1024 * 1024;

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
    /// <param name="asked">The new status, and the version that the revision was read with; 0 for none.</param>
    /// <param name="requireUpdate">Throws if the caller may not change the revision with an id.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    public async Task<LookupTableRevision> SetStatusAsync(
        RevisionReference named, (string Status, long Version) asked, Action<string> requireUpdate,
        CancellationToken cancellationToken)
    {
        var sizes = new LookupSizes();
        using var prepared = asked.Status == Published
            ? await PrepareAsync(
                lookups.Reader(named.OrganizationId, cancellationToken), named, asked.Version, sizes)
            : null;
        return await lookups.ChangeAsync(named.OrganizationId, named.Principal, cancellationToken, async change =>
        {
            var current = await FindAsync(change.Related, named.Id, named.TableId);
            LookupVersions.Require(asked.Version, current.Version);
            return await MoveAsync(change, current, asked.Status, sizes, requireUpdate);
        });
    }

    // A request that the change will refuse must not cost reading the data.
    private async ValueTask<IDisposable?> PrepareAsync(
        ResourceReader related, RevisionReference named, long version, LookupSizes sizes)
    {
        var draft = await FindAsync(related, named.Id, named.TableId);
        LookupVersions.Require(version, draft.Version);
        if (draft.Status != LookupTableRevisionStatus.Draft)
            return null;
        await RequireRoomAsync(related, draft, sizes);
        return await published.PrepareAsync(draft, related);
    }

    private async ValueTask RequireRoomAsync(ResourceReader related, LookupTableRevision draft, LookupSizes sizes)
    {
        var others = await related.ListAsync<LookupTableRevision>(LookupTableResource.Published);
        string[] ids =
        [
            draft.Id,
            .. others.Where(other => other.LookupTableId != draft.LookupTableId).Select(other => other.Id),
        ];
        var data = await related.ListAsync<LookupTableData>(new Condition.In("id", ids));
        Require(data.Sum(one => one.ItemCount), maxPublishedItems, "items");
        var bytes = 0L;
        foreach (var one in data)
            bytes += await sizes.TextBytesAsync(one, related);
        Require(bytes, maxPublishedTextBytes, "bytes of strings");
    }

    private static void Require(long size, long max, string what)
    {
        if (size > max)
        {
            throw new RefusedException(new Issue("limit", "status", FormattableString.Invariant(
                $"cannot become PUBLISHED: with it, published revisions would have {size:N0} {what}; ")
                + FormattableString.Invariant($"the maximum per organization is {max:N0}"),
                IssueKind.Conflict));
        }
    }

    private async ValueTask<LookupTableRevision> MoveAsync(
        LookupChange change, LookupTableRevision current, string asked, LookupSizes sizes,
        Action<string> requireUpdate)
    {
        switch (current.Status, asked)
        {
            case (LookupTableRevisionStatus.Draft, Published):
                return await PublishAsync(change, current, sizes, requireUpdate);
            case (LookupTableRevisionStatus.Published, "ARCHIVED"):
                return await ArchiveAsync(change, current);
            default:
                throw new RefusedException(new Issue("status", "status",
                    $"cannot become {asked} because it is {JsonFormat.Name(current.Status!.Value)}; a draft can be "
                    + "published, and a published revision can be archived", IssueKind.Conflict));
        }
    }

    private async ValueTask<LookupTableRevision> PublishAsync(
        LookupChange change, LookupTableRevision draft, LookupSizes sizes, Action<string> requireUpdate)
    {
        var running = await change.Related.ListAsync<LookupTableDataJob>(
            Condition.And(Condition.Equal("target_id", draft.Id), LookupTableResource.Running));
        if (running.Count > 0)
            throw new RefusedException(new Issue("busy", "status",
                $"cannot be changed while the job '{running[0].Id}' is changing the data", IssueKind.Conflict));
        await RequireRoomAsync(change.Related, draft, sizes);
        foreach (var before in await change.Related.ListAsync<LookupTableRevision>(
            LookupTableResource.PublishedOf([draft.LookupTableId])))
        {
            requireUpdate(before.Id);
            await ArchiveAsync(change, before);
        }
        return await change.UpdateAsync(draft, draft with { Status = LookupTableRevisionStatus.Published });
    }

    // The data of a published revision does not change, so archiving has no work to do and succeeds immediately.
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
