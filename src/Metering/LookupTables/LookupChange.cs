using NodaTime;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Metering.LookupTables;

/// <summary>Reads and changes revisions, their data and their jobs.</summary>
public sealed class LookupStore(ResourceService resources)
{
    /// <summary>Runs the work as one atomic change.</summary>
    public Task<T> ChangeAsync<T>(
        string organizationId, string principal, CancellationToken cancellationToken,
        Func<LookupChange, ValueTask<T>> work) =>
        resources.ChangeAsync(
            organizationId, principal, cancellationToken,
            change => work(new LookupChange(change, resources.Catalog)));

    /// <summary>Reads outside of a change.</summary>
    public ResourceReader Reader(string organizationId, CancellationToken cancellationToken) =>
        resources.Reader(organizationId, cancellationToken);

    /// <summary>A page of the items of a revision, in the order in which they were added.</summary>
    public ValueTask<IReadOnlyList<(LookupTableItem Item, long Sequence)>> ItemsAsync(
        string organizationId, string revisionId, long? after, int limit, CancellationToken cancellationToken) =>
        Reader(organizationId, cancellationToken).PageAsync<LookupTableItem>(
            LookupTableResource.Of(revisionId), limit, after ?? 0);
}

/// <summary>An atomic change. Its reads include its own writes.</summary>
public sealed class LookupChange(ResourceChange change, ResourceCatalog catalog)
{
    /// <summary>The underlying change.</summary>
    public ResourceChange Made => change;

    /// <summary>Reads what is stored.</summary>
    public ResourceReader Related => change.Related;

    /// <summary>The time of the change.</summary>
    public Instant Now => change.Now;

    /// <summary>Adds an entity, with a new id if it has none.</summary>
    public ValueTask<T> InsertAsync<T>(T entity) where T : Resource => change.PutAsync(catalog.Of<T>(), null, entity);

    /// <summary>Replaces an entity that was read in this change.</summary>
    public ValueTask<T> UpdateAsync<T>(T current, T changed) where T : Resource =>
        change.PutAsync(catalog.Of<T>(), current, changed);

    /// <summary>Deletes all entities that match.</summary>
    /// <returns>The number of deleted entities.</returns>
    public ValueTask<int> DeleteAllAsync<T>(Condition condition) where T : Resource =>
        change.RemoveAllAsync(catalog.Of<T>(), condition);

    /// <summary>Finds a revision and requires that it is a draft.</summary>
    /// <exception cref="RefusedException">The revision is not a draft.</exception>
    public async ValueTask<LookupTableRevision> DraftAsync(string revisionId, string? tableId)
    {
        var revision = await LookupRevisions.FindAsync(Related, revisionId, tableId);
        return revision.Status == LookupTableRevisionStatus.Draft
            ? revision
            : throw new RefusedException(new Issue("not_draft", "",
                "The data of a revision can be changed only while it is a draft, but it is "
                + $"{JsonFormat.Name(revision.Status ?? LookupTableRevisionStatus.Draft)}", IssueKind.Conflict));
    }

    /// <summary>Adds rows to the data of a revision, or replaces those with the same keys.</summary>
    public async ValueTask<LookupTableData> UpsertAsync(
        LookupTableRevision revision, IReadOnlyList<IReadOnlyDictionary<string, CustomFieldValue>> rows)
    {
        var keys = new LookupRows(revision);
        // Of rows with the same keys, the last one is used.
        var byId = new Dictionary<string, LookupTableItem>(StringComparer.Ordinal);
        foreach (var row in rows)
        {
            var id = keys.IdOf(row);
            byId[id] = new LookupTableItem { Id = id, RevisionId = revision.Id, Values = row };
        }
        var stored = (await Related.ListAsync<LookupTableItem>(new Condition.In("id", [.. byId.Keys])))
            .ToDictionary(item => item.Id, StringComparer.Ordinal);
        foreach (var (id, item) in byId)
        {
            if (stored.TryGetValue(id, out var current))
                await UpdateAsync(current, item);
            else
                await InsertAsync(item);
        }
        var bytes = byId.Values.Sum(item => LookupTableItem.TextBytesOf(item.Values))
            - stored.Values.Sum(item => LookupTableItem.TextBytesOf(item.Values));
        return await CountAsync(revision.Id, byId.Count - stored.Count, bytes);
    }

    /// <summary>Increments the version of the data of a revision and updates its size.</summary>
    /// <param name="revisionId">UUID of the revision.</param>
    /// <param name="added">Number of items added, negative for deleted ones.</param>
    /// <param name="addedBytes">Bytes of their strings.</param>
    public async ValueTask<LookupTableData> CountAsync(string revisionId, int added, long addedBytes)
    {
        if (await Related.FindAsync<LookupTableData>(revisionId) is not { } current)
        {
            return await InsertAsync(new LookupTableData
            {
                Id = revisionId,
                RevisionId = revisionId,
                ItemCount = added,
                TextBytes = addedBytes,
            });
        }
        var items = current.ItemCount + added;
        return await UpdateAsync(current, current with
        {
            ItemCount = items,
            TextBytes = items == 0 ? 0 : current.TextBytes + addedBytes,
        });
    }
}
