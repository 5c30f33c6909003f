using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Metering.LookupTables;

/// <summary>Writes the data of drafts: many items at once, or one by its key.</summary>
public sealed class LookupData(LookupStore lookups)
{
    /// <summary>Adds items, or replaces those with the same keys.</summary>
    /// <param name="named">The revision.</param>
    /// <param name="rows">The items.</param>
    /// <param name="version">The version that the data was read with; 0 for none.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    public Task<(LookupTableRevision Revision, LookupTableData Data)> WriteAsync(
        RevisionReference named, IReadOnlyList<IReadOnlyDictionary<string, CustomFieldValue>> rows, long version,
        CancellationToken cancellationToken) =>
        ChangeAsync(named, cancellationToken, async (change, revision) =>
        {
            await RequireVersionAsync(change, revision.Id, version);
            var keys = new LookupRows(revision);
            var issues = new Issues();
            foreach (var (index, row) in rows.Index())
                keys.Check(row, $"items[{index}]", issues);
            issues.ThrowIfAny();
            return (revision, await change.UpsertAsync(revision, rows));
        });

    /// <summary>Deletes all items.</summary>
    public Task ClearAsync(RevisionReference named, CancellationToken cancellationToken) =>
        ChangeAsync(named, cancellationToken, async (change, revision) =>
        {
            var deleted = await change.DeleteAllAsync<LookupTableItem>(LookupTableResource.Of(revision.Id));
            return await change.CountAsync(revision.Id, -deleted, 0);
        });

    /// <summary>Adds the item of a key, or replaces it.</summary>
    /// <param name="named">The revision.</param>
    /// <param name="rawKey">The key in the path.</param>
    /// <param name="given">The item; omitted keys are taken from the path.</param>
    /// <param name="version">The version that the data was read with; 0 for none.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    public Task<LookupEntry> WriteEntryAsync(
        RevisionReference named, string rawKey, IReadOnlyDictionary<string, CustomFieldValue> given, long version,
        CancellationToken cancellationToken) =>
        ChangeAsync(named, cancellationToken, async (change, revision) =>
        {
            await RequireVersionAsync(change, revision.Id, version);
            var row = RowAt(revision, given, rawKey);
            return new LookupEntry(revision, await change.UpsertAsync(revision, [row]), row);
        });

    /// <summary>Deletes the item of a key.</summary>
    /// <returns>The item before deletion; null if there is none.</returns>
    public Task<LookupEntry?> DeleteEntryAsync(
        RevisionReference named, string rawKey, long version, CancellationToken cancellationToken) =>
        ChangeAsync(named, cancellationToken, async (change, revision) =>
        {
            if (await FindItemAsync(change.Related, revision, rawKey) is not { } item)
                return null;
            await RequireVersionAsync(change, revision.Id, version);
            await change.DeleteAllAsync<LookupTableItem>(Condition.Equal("id", item.Id));
            var data = await change.CountAsync(revision.Id, -1, -LookupTableItem.TextBytesOf(item.Values));
            return new LookupEntry(revision, data, item.Values);
        });

    /// <summary>The item of a key; null if there is none.</summary>
    public async ValueTask<LookupEntry?> FindEntryAsync(
        RevisionReference named, string rawKey, CancellationToken cancellationToken)
    {
        var related = lookups.Reader(named.OrganizationId, cancellationToken);
        var revision = await LookupRevisions.FindAsync(related, named.Id, named.TableId);
        return await FindItemAsync(related, revision, rawKey) is { } item
            ? new LookupEntry(revision, await related.FindAsync<LookupTableData>(revision.Id), item.Values)
            : null;
    }

    /// <summary>Requires that a version is the current version of the data of a revision.</summary>
    internal static async ValueTask RequireVersionAsync(LookupChange change, string revisionId, long version) =>
        LookupVersions.Require(
            version, (await change.Related.FindAsync<LookupTableData>(revisionId))?.Version ?? 0);

    private Task<T> ChangeAsync<T>(
        RevisionReference named, CancellationToken cancellationToken,
        Func<LookupChange, LookupTableRevision, ValueTask<T>> work) =>
        lookups.ChangeAsync(
            named.OrganizationId, named.Principal, cancellationToken,
            async change => await work(change, await change.DraftAsync(named.Id, named.TableId)));

    private static async ValueTask<LookupTableItem?> FindItemAsync(
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

    /// <summary>Completes an item with the key from the path. Keys in the item must equal those in the path.</summary>
    private static Dictionary<string, CustomFieldValue> RowAt(
        LookupTableRevision revision, IReadOnlyDictionary<string, CustomFieldValue> given, string rawKey)
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
            issues.Add("contradiction", "item", "has a different key than the path");
        var row = new Dictionary<string, CustomFieldValue>(given, StringComparer.Ordinal);
        foreach (var (name, value) in fitting ?? keys.FirstOrDefault() ?? new Dictionary<string, CustomFieldValue>())
            row.TryAdd(name, value);
        rows.Check(row, "item", issues);
        issues.ThrowIfAny();
        return row;
    }
}

/// <summary>One item, with its revision.</summary>
/// <param name="Revision">Its revision.</param>
/// <param name="Data">Version and number of items of the whole data; null if it was never written.</param>
/// <param name="Values">Its values by the names of their fields.</param>
public sealed record LookupEntry(
    LookupTableRevision Revision, LookupTableData? Data, IReadOnlyDictionary<string, CustomFieldValue> Values);
