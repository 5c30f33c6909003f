using Tallystick.Server.Api.Http;

namespace Tallystick.Server.Api.Events;

/// <summary>Pages of the events of all sources, merged by time, the latest first.</summary>
internal sealed class EventPages(IReadOnlyList<IEventSource> sources, ActionedEvents marks)
{
    // A rare account must not make one request read everything: the page is then shorter, and has a next one.
    private const int MaxRead = 5_000;
    private const int ReadAtOnce = 200;

    /// <summary>Stands for the place of a source of which everything was told.</summary>
    private const long Exhausted = long.MinValue;

    /// <summary>The sources.</summary>
    internal IReadOnlyList<IEventSource> Sources => sources;

    /// <summary>The event with an id; null where there is none that the caller may see.</summary>
    internal async Task<RecordedEvent?> FindAsync(ApiCall call, string id)
    {
        foreach (var source in sources)
        {
            if (await source.FindAsync(call.OrganizationId, id, call.Cancelled) is { } found)
                return found.IsVisible(call.Grants) ? found : null;
        }
        return null;
    }

    /// <summary>The page that begins where the sources stand, and where they stand after it.</summary>
    /// <returns>No places when there is nothing behind the page.</returns>
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
        // Where a source has looked at enough for one request, what it has behind that may come before all others.
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

    // As many events as a page may have and, where there may be more, the place behind which they are.
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
