using Tallystick.Resources.Changes;

namespace Tallystick.Metering.LookupTables;

/// <summary>
/// The bytes of the strings of data. Data that an earlier version wrote is counted by reading it: once, before the
/// change that needs it, because other changes of the organization wait for one another.
/// </summary>
internal sealed class LookupSizes
{
    private const int ItemsAtATime = 2000;

    private readonly Dictionary<(string Id, long Version), long> _counted = [];

    /// <summary>Bytes of the strings of all items, in UTF-8.</summary>
    internal async ValueTask<long> TextBytesAsync(LookupTableData data, ResourceReader related)
    {
        if (data.TextBytes is { } known)
            return known;
        if (_counted.TryGetValue((data.Id, data.Version), out var bytes))
            return bytes;
        for (long after = 0, count = ItemsAtATime; count == ItemsAtATime;)
        {
            var items = await related.PageAsync<LookupTableItem>(
                LookupTableResource.Of(data.RevisionId), ItemsAtATime, after);
            foreach (var (item, place) in items)
            {
                bytes += LookupTableItem.TextBytesOf(item.Values);
                after = place;
            }
            count = items.Count;
        }
        return _counted[(data.Id, data.Version)] = bytes;
    }
}
