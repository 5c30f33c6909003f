using Tallystick.Storage.Measurements.DuckDb.CustomSql;

namespace Tallystick.Metering.Tests.CustomSql;

public sealed class FairSlotsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Slots_OfManyWaitingCallers_AreGivenToOrganizationsInTurn()
    {
        var slots = new FairSlots(1);
        var entered = new List<string>();
        await slots.EnterAsync("a", Token);
        var waiting = new[] { "a", "a", "a", "b", "c", "b" }.Select(EnterAsync).ToList();

        for (var left = 0; left < waiting.Count; left++)
        {
            slots.Leave();
            await Task.WhenAny(waiting.Where(one => !one.IsCompleted));
            await Task.WhenAll(waiting.Where(one => one.IsCompleted));
        }

        await Task.WhenAll(waiting);
        entered.ShouldBe(["a", "b", "c", "a", "b", "a"]);

        async Task EnterAsync(string organization)
        {
            await slots.EnterAsync(organization, Token);
            entered.Add(organization);
        }
    }

    [Fact]
    public async Task Slot_OfACallerThatNoLongerWaits_GoesToTheNext()
    {
        var slots = new FairSlots(1);
        using var cancelled = new CancellationTokenSource();
        await slots.EnterAsync("a", Token);
        var first = slots.EnterAsync("b", cancelled.Token);
        var second = slots.EnterAsync("c", Token);

        await cancelled.CancelAsync();
        slots.Leave();

        await Should.ThrowAsync<OperationCanceledException>(first);
        await second;
        slots.Leave();
        await slots.EnterAsync("d", Token);
    }
}
