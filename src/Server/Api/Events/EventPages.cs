using Tallystick.Server.Api.Http;

namespace Tallystick.Server.Api.Events;

/// <summary>Reads pages of the events of all sources, merged by time, the latest first.</summary>
internal sealed class EventPages(IReadOnlyList<IEventSource> sources, ActionedEvents marks)
{
    // Limits the events read per request if few of them match, such as those of one account. The page is then shorter
    // and has a next page.
    private const int MaxRead = 5_000;
    private const int ReadAtOnce = 200;

    /// <summary>The place of a source that has no more events.</summary>
    private const long Exhausted = long.MinValue;

    /// <summary>The sources.</summary>
    internal IReadOnlyList<IEventSource> Sources => sources;

    /// <summary>The event with an id; null if there is none that the caller may see.</summary>
    internal async Task<RecordedEvent?> FindAsync(ApiCall call, string id)
    {
        foreach (var source in sources)
        {
            if (await source.FindAsync(call.OrganizationId, id, call.Cancelled) is { } found)
                return found.IsVisible(call.Grants) ? found : null;
        }
        return null;
    }

    /// <summary>Reads the page that starts at the given places in the sources.</summary>
    /// <returns>The page and the places after it; null instead of places if there are no more events.</returns>
    internal async Task<(IReadOnlyList<RecordedEvent> Page, long[]? Next)> ReadAsync(
        ApiCall call, EventRequest request, long[]? places)
    {
        places ??= [.. sources.Select(_ => long.MaxValue)];
        var read = new List<(Queue<RecordedEvent> Events, long End)>();
        foreach (var (index, source) in sources.Index())
        {
            read.Add(places[index] == Exhausted || !source.MayHave(request, call.Grants)
                ? ([], Exhausted)
                : await ReadAsync(call, source, request, places[index]));
        }
        var next = places.ToArray();
        var page = new List<RecordedEvent>();
        // Stop when a source has reached its read limit, because its next event may be later than those of the others.
        while (page.Count < request.PageSize && !read.Any(one => one is { Events.Count: 0, End: not Exhausted }))
        {
            var waiting = read.Index().Where(one => one.Item.Events.Count > 0).ToList();
            if (waiting.Count == 0)
                break;
            var (index, (events, _)) = waiting.MaxBy(one => one.Item.Events.Peek().Time);
            var told = events.Dequeue();
            next[index] = told.Place;
            page.Add(told);
        }
        foreach (var (index, (events, end)) in read.Index())
        {
            if (events.Count == 0)
                next[index] = end;
        }
        return (page, next.All(place => place == Exhausted) ? null : next);
    }

    // Reads up to a page of matching events, and the place after which there may be more.
    private async Task<(Queue<RecordedEvent> Events, long End)> ReadAsync(
        ApiCall call, IEventSource source, EventRequest request, long before)
    {
        var passed = new Queue<RecordedEvent>();
        var atOnce = request is { AccountId: null, IncludesActioned: true } ? request.PageSize + 1 : ReadAtOnce;
        for (var looked = 0; looked < MaxRead; looked += atOnce)
        {
            var some = await source.ReadAsync(call, request, before, atOnce);
            var marked = request.IncludesActioned
                ? null
                : await marks.FindAsync(call.OrganizationId, [.. some.Select(one => one.Id)], call.Cancelled);
            foreach (var one in some)
            {
                if (passed.Count == request.PageSize)
                    return (passed, before);
                before = one.Place;
                if ((request.AccountId ?? one.AccountId) == one.AccountId && marked?.ContainsKey(one.Id) != true
                    && one.IsVisible(call.Grants))
                    passed.Enqueue(one);
            }
            if (some.Count < atOnce)
                return (passed, Exhausted);
        }
        return (passed, before);
    }
}
