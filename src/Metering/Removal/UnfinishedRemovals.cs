using NodaTime;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Measurements;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Metering.Removal;

/// <summary>
/// Finds requests to remove measurements that are done and that the store does not have, because it was restored from a
/// backup that is older than the documents.
/// </summary>
/// <remarks>
/// A restored store has what was committed up to a certain time. So whatever it lacks was done after the creation of
/// any request that it has. Usually, it has the latest request, and few were done since that was created: the cost does
/// not depend on how many requests were ever made.
/// </remarks>
public static class UnfinishedRemovals
{
    /// <summary>The column with the time at which a request was done.</summary>
    public const string DoneAt = "done_at";

    // A void has up to 1,000 uids.
    private const int AtATime = 100;

    // The clock may have been set back in between.
    private static readonly Duration Margin = Duration.FromHours(1);

    /// <summary>The value of the column <see cref="DoneAt"/>.</summary>
    /// <param name="status">The status of the request.</param>
    /// <param name="lastModified">When it was last changed; once it is done, it no longer changes.</param>
    public static string? TimeOf(RemovalStatus? status, Instant? lastModified) =>
        status == RemovalStatus.Done && lastModified is { } time ? InstantText.Sortable(time) : null;

    /// <summary>The ids of an organization's requests that the store has not completed, oldest first.</summary>
    /// <typeparam name="T">The kind of request.</typeparam>
    /// <param name="related">Reads the requests.</param>
    /// <param name="store">The store.</param>
    public static async ValueTask<IReadOnlyList<(string Id, Instant? Due)>> FindAsync<T>(
        IResourceReader related, IUsageRemoval store) where T : Resource
    {
        SortedDictionary<long, string> found = [];
        long? before = null;
        Instant? completed = null;
        while (completed is null)
        {
            var page = await related.PageAsync<T>(null, AtATime, before: before);
            var unfinished = await AddUnfinishedAsync(page, found, store);
            completed = page.Select(one => one.Entity).FirstOrDefault(one => !unfinished.Contains(one.Id))?.DtCreated;
            if (completed is null && page.Count < AtATime)
                return Ordered(found);
            before = page.Count > 0 ? page[^1].Place : null;
        }
        var doneSince = new Condition.Compare(
            DoneAt, Comparison.GreaterOrEqual, InstantText.Sortable(completed.Value - Margin));
        for (long after = 0, count = AtATime; count == AtATime;)
        {
            var page = await related.PageAsync<T>(doneSince, AtATime, after);
            await AddUnfinishedAsync(page, found, store);
            count = page.Count;
            after = count > 0 ? page[^1].Place : after;
        }
        return Ordered(found);
    }

    private static async ValueTask<IReadOnlyCollection<string>> AddUnfinishedAsync<T>(
        IReadOnlyList<(T Entity, long Place)> page, SortedDictionary<long, string> found, IUsageRemoval store)
        where T : Resource
    {
        if (page.Count == 0)
            return [];
        var unfinished = await store.FindUnfinishedAsync(
            [.. page.Select(one => one.Entity.Id)], CancellationToken.None);
        foreach (var (entity, place) in page.Where(one => unfinished.Contains(one.Entity.Id)))
            found[place] = entity.Id;
        return unfinished;
    }

    private static IReadOnlyList<(string Id, Instant? Due)> Ordered(SortedDictionary<long, string> found) =>
        [.. found.Values.Select(id => (id, (Instant?)null))];
}
