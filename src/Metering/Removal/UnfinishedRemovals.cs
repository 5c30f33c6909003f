using NodaTime;
using Tallystick.Metering.Measurements;
using Tallystick.Resources.Definitions;

namespace Tallystick.Metering.Removal;

/// <summary>Finds requests to remove measurements that the store has not completed.</summary>
public static class UnfinishedRemovals
{
    // There can be any number of requests, and a void has up to 1,000 uids.
    private const int AtATime = 100;

    /// <summary>The ids of an organization's requests that the store has not completed, oldest first.</summary>
    /// <typeparam name="T">The kind of request.</typeparam>
    /// <param name="related">Reads the requests.</param>
    /// <param name="store">The store.</param>
    public static async ValueTask<IReadOnlyList<(string Id, Instant? Due)>> FindAsync<T>(
        IResourceReader related, IUsageRemoval store) where T : Resource
    {
        List<(string Id, Instant? Due)> found = [];
        long after = 0;
        while (true)
        {
            var page = await related.PageAsync<T>(null, AtATime, after);
            var ids = page.Select(one => one.Entity.Id).ToList();
            var unfinished = await store.FindUnfinishedAsync(ids, CancellationToken.None);
            found.AddRange(ids.Where(unfinished.Contains).Select(id => (id, (Instant?)null)));
            if (page.Count < AtATime)
                return found;
            after = page[^1].Place;
        }
    }
}
