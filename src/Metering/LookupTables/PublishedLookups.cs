using System.Collections.Concurrent;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;

namespace Tallystick.Metering.LookupTables;

/// <summary>
/// The published data of the lookup tables that calculations name. It is read once for each revision, since published
/// data never changes, and kept until another revision is published.
/// </summary>
public sealed class PublishedLookups
{
    private const int ItemsAtATime = 2000;

    private readonly ConcurrentDictionary<(string Organization, string Code), LookupSnapshot> _kept = new();

    /// <summary>The data of the published revision; null where there is no such table, or no such revision.</summary>
    internal async ValueTask<LookupSnapshot?> FindAsync(string code, ResourceReader related)
    {
        var key = (related.OrganizationId, code);
        if (await FindPublishedAsync(code, related) is not { } revision)
        {
            _kept.TryRemove(key, out _);
            return null;
        }
        if (_kept.TryGetValue(key, out var kept) && kept.Revision.Id == revision.Id)
            return kept;
        var data = new LookupSnapshot(revision);
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
        _kept[key] = data;
        return data;
    }

    private static async ValueTask<LookupTableRevision?> FindPublishedAsync(string code, ResourceReader related)
    {
        var tables = await related.ListAsync<LookupTable>(Condition.Equal("code", code));
        if (tables.Count == 0)
            return null;
        var published = await related.ListAsync<LookupTableRevision>(LookupTableResource.PublishedOf([tables[0].Id]));
        return published.Count == 0 ? null : published[0];
    }
}
