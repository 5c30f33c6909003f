using Tallystick.Foundation.Values;
using Tallystick.Server.Api.Usage;

namespace Tallystick.Server.Tests.Limits;

/// <summary>How many usage queries run, wait and are refused.</summary>
public sealed class QuerySlotsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Organization_WithManyQueries_LeavesRoomForOthers()
    {
        var slots = new QuerySlots(maxRunning: 4, maxWaiting: 4);
        var running = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => slots.EnterAsync("one", Token).AsTask()));
        var waiting = Enumerable.Range(0, 2).Select(_ => slots.EnterAsync("one", Token).AsTask()).ToList();

        await Should.ThrowAsync<TooManyRequestsException>(async () => await slots.EnterAsync("one", Token));

        using var other = await slots.EnterAsync("two", Token);
        waiting.ShouldAllBe(one => !one.IsCompleted);
        running[0].Dispose();
        running[0].Dispose();
        using (await waiting[0])
            waiting[1].IsCompleted.ShouldBeFalse();
        using var last = await waiting[1];
    }

    [Fact]
    public async Task Queue_ThatIsFull_RefusesAnybody()
    {
        var slots = new QuerySlots(maxRunning: 1, maxWaiting: 2);
        using var running = await slots.EnterAsync("one", Token);
        var waiting = new[] { slots.EnterAsync("one", Token).AsTask(), slots.EnterAsync("two", Token).AsTask() };

        await Should.ThrowAsync<ServerBusyException>(async () => await slots.EnterAsync("three", Token));

        waiting.ShouldAllBe(one => !one.IsCompleted);
    }

    [Fact]
    public async Task Caller_WhoHangsUp_LeavesTheQueue()
    {
        var slots = new QuerySlots(maxRunning: 1, maxWaiting: 2);
        using var cancelling = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var running = await slots.EnterAsync("one", Token);
        var gone = slots.EnterAsync("one", cancelling.Token).AsTask();

        await cancelling.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => gone);
        var next = slots.EnterAsync("one", Token).AsTask();
        running.Dispose();
        using var entered = await next;
    }
}
