using NodaTime;
using Tallystick.Foundation.Resources;
using Tallystick.Foundation.Values;
using Tallystick.Metering.LookupTables;
using Tallystick.Server.Resources;
using Tallystick.Storage.Documents;

namespace Tallystick.Server.LookupTables;

/// <summary>Makes changes of revisions, their data and their jobs.</summary>
internal sealed class LookupStore(IDocumentStore store, IClock clock, ChangeFeed changes)
{
    /// <summary>Runs the work as one change.</summary>
    internal async Task<T> ChangeAsync<T>(
        string organizationId, string principal, CancellationToken cancellationToken,
        Func<LookupChange, ValueTask<T>> work)
    {
        var result = await store.TransactAsync(
            organizationId,
            transaction => work(new LookupChange(
                transaction, organizationId, principal, clock.GetCurrentInstant(), cancellationToken)),
            cancellationToken);
        changes.Publish(organizationId, LookupTableResource.Revisions.Kind);
        return result;
    }

    /// <summary>Reads outside of a change.</summary>
    internal ResourceReader Reader(string organizationId, CancellationToken cancellationToken) =>
        new(store, organizationId, cancellationToken);

    /// <summary>Items of a revision in the order in which they came; a page begins after a sequence.</summary>
    internal async Task<IReadOnlyList<(LookupTableItem Item, long Sequence)>> ItemsAsync(
        string organizationId, string revisionId, long? after, int limit, CancellationToken cancellationToken)
    {
        var found = await store.QueryAsync(
            ResourceCatalog.KindOf(LookupTableResource.Items),
            organizationId,
            new DocumentQuery
            {
                Where = LookupTableResource.Of(revisionId),
                AfterSequence = after,
                IsAscending = true,
                Limit = limit,
            },
            cancellationToken);
        return [.. found.Select(document => (
            (LookupTableItem)LookupTableResource.Items.Read(document.Json.Span), document.Sequence))];
    }
}

/// <summary>One change: it sees its own writes, and all of them are kept or none.</summary>
internal sealed class LookupChange(
    IDocumentTransaction transaction,
    string organizationId,
    string principal,
    Instant now,
    CancellationToken cancellationToken)
{
    /// <summary>Reads what is stored.</summary>
    internal ResourceReader Related { get; } = new(transaction, organizationId, cancellationToken);

    /// <summary>When the change is made.</summary>
    internal Instant Now => now;

    /// <summary>Adds an entity, with a new id if it has none.</summary>
    internal async ValueTask<T> InsertAsync<T>(T entity) where T : Resource
    {
        var made = (T)(Resource)entity with
        {
            Id = entity.Id.Length > 0 ? entity.Id : Guid.CreateVersion7().ToString(),
            Version = 1,
            DtCreated = now,
            DtLastModified = now,
            CreatedBy = principal,
            LastModifiedBy = principal,
        };
        await transaction.InsertAsync(Kind<T>(), organizationId, Write(made), cancellationToken);
        return made;
    }

    /// <summary>Replaces an entity that was read in this change.</summary>
    internal async ValueTask<T> UpdateAsync<T>(T current, T changed) where T : Resource
    {
        var made = (T)(Resource)changed with
        {
            Version = current.Version + 1,
            DtLastModified = now,
            LastModifiedBy = principal,
        };
        await transaction.UpdateAsync(Kind<T>(), organizationId, current.Version, Write(made), cancellationToken);
        return made;
    }

    /// <summary>Removes what matches.</summary>
    internal ValueTask<int> DeleteAllAsync<T>(Condition condition) where T : Resource =>
        transaction.DeleteAllAsync(Kind<T>(), organizationId, condition, cancellationToken);

    /// <summary>The revision, which must be a draft so that its data can change.</summary>
    internal async ValueTask<LookupTableRevision> DraftAsync(string revisionId, string? tableId)
    {
        var revision = await LookupRevisions.FindAsync(Related, revisionId, tableId);
        return revision.Status == LookupTableRevisionStatus.Draft
            ? revision
            : throw new RefusedException(new Issue("not_draft", "",
                $"The data of a revision can change only while it is a draft, and it is "
                + $"{JsonFormat.Name(revision.Status ?? LookupTableRevisionStatus.Draft)}", IssueKind.Conflict));
    }

    /// <summary>Adds rows to the data of a revision, or replaces those with the same keys.</summary>
    internal async ValueTask<LookupTableData> UpsertAsync(
        LookupTableRevision revision, IReadOnlyList<IReadOnlyDictionary<string, CustomFieldValue>> rows)
    {
        var keys = new LookupRows(revision);
        // Of rows with the same keys the last one stands.
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
                await UpdateAsync(current, item with { DtCreated = current.DtCreated, CreatedBy = current.CreatedBy });
            else
                await InsertAsync(item);
        }
        return await CountAsync(revision.Id, byId.Count - stored.Count);
    }

    /// <summary>Notes that the data of a revision changed, and by how many items.</summary>
    internal async ValueTask<LookupTableData> CountAsync(string revisionId, int added)
    {
        var current = await Related.FindAsync<LookupTableData>(revisionId);
        return current is null
            ? await InsertAsync(new LookupTableData { Id = revisionId, RevisionId = revisionId, ItemCount = added })
            : await UpdateAsync(current, current with { ItemCount = current.ItemCount + added });
    }

    private static ResourceDefinition Definition<T>() where T : Resource => ResourceCatalog.Of<T>();

    private static DocumentKind Kind<T>() where T : Resource => ResourceCatalog.KindOf(Definition<T>());

    private static DocumentWrite Write<T>(T entity) where T : Resource => new(
        entity.Id, entity.Version, Definition<T>().Write(entity), Definition<T>().ReadColumns(entity));
}
