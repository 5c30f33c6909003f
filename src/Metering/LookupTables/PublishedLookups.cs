using System.Collections.Concurrent;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;

namespace Tallystick.Metering.LookupTables;

/// <summary>
/// Caches the published data of the lookup tables that calculations refer to. The data of a revision is read only once,
/// because published data never changes, and is kept until another revision is published.
/// </summary>
public sealed class PublishedLookups
{
    private const int ItemsAtATime = 2000;

    // By organization and lookup table, because publishing a revision replaces the previous one.
    private readonly ConcurrentDictionary<(string Organization, string TableId), LookupSnapshot> _kept = new();

    // By revision: data of drafts that are about to be published.
    private readonly ConcurrentDictionary<string, LookupSnapshot> _prepared = new();

    /// <summary>
    /// Reads the data of a draft before it is published, so that calculations which use the table continue with the
    /// previous revision meanwhile and never wait. Does nothing for a table that no calculation has used.
    /// </summary>
    /// <returns>Dispose of it after the draft was published, or was not.</returns>
    internal async ValueTask<IDisposable?> PrepareAsync(LookupTableRevision draft, ResourceReader related)
    {
        if (!_kept.ContainsKey((related.OrganizationId, draft.LookupTableId)))
            return null;
        _prepared[draft.Id] = await ReadAsync(draft, related);
        return new Preparation(() => _prepared.TryRemove(draft.Id, out _));
    }

    /// <summary>The data of the published revision; null if the table or a published revision does not exist.</summary>
    internal async ValueTask<LookupSnapshot?> FindAsync(string code, ResourceReader related)
    {
        var tables = await related.ListAsync<LookupTable>(Condition.Equal("code", code));
        if (tables.Count == 0)
            return null;
        var key = (related.OrganizationId, tables[0].Id);
        var published = await related.ListAsync<LookupTableRevision>(LookupTableResource.PublishedOf([tables[0].Id]));
        if (published.Count == 0)
        {
            _kept.TryRemove(key, out _);
            return null;
        }
        var revision = published[0];
        if (_kept.TryGetValue(key, out var kept) && kept.Revision.Id == revision.Id)
            return kept;
        var found = _prepared.TryGetValue(revision.Id, out var prepared)
            && prepared.DataVersion == await VersionOfAsync(revision, related)
                ? prepared : await ReadAsync(revision, related);
        _kept[key] = found;
        await ReleaseAsync(related);
        return found;
    }

    // Tables that were deleted or archived are not asked for any more: nothing else would release them.
    private async ValueTask ReleaseAsync(ResourceReader related)
    {
        string[] tables =
        [
            .. _kept.Keys.Where(key => key.Organization == related.OrganizationId).Select(key => key.TableId),
        ];
        var published = (await related.ListAsync<LookupTableRevision>(LookupTableResource.PublishedOf(tables)))
            .Select(revision => revision.LookupTableId);
        foreach (var table in tables.Except(published))
            _kept.TryRemove((related.OrganizationId, table), out _);
    }

    private static async ValueTask<LookupSnapshot> ReadAsync(LookupTableRevision revision, ResourceReader related)
    {
        // The version first: if the data changes while it is read, the version no longer matches.
        var data = new LookupSnapshot(revision, await VersionOfAsync(revision, related));
        for (long after = 0, count = ItemsAtATime; count == ItemsAtATime;)
        {
            var items = await related.PageAsync<LookupTableItem>(
                LookupTableResource.Of(revision.Id), ItemsAtATime, after);
            foreach (var (item, sequence) in items)
            {
                data.Add(item.Values);
                after = sequence;
            }
            count = items.Count;
        }
        return data;
    }

    private static async ValueTask<long> VersionOfAsync(LookupTableRevision revision, ResourceReader related) =>
        (await related.FindAsync<LookupTableData>(revision.Id))?.Version ?? 0;

    private sealed class Preparation(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
