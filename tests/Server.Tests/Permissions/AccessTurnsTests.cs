using Tallystick.Server.Permissions;

namespace Tallystick.Server.Tests.Permissions;

/// <summary>Changes of access in one organization happen one after the other, whatever they are stored with.</summary>
public sealed class AccessTurnsTests
{
    [Fact]
    public async Task Turn_OfAnOrganization_IsTakenByOneAtATime()
    {
        var turns = new AccessTurns();
        var cancelled = TestContext.Current.CancellationToken;

        var first = await turns.TakeAsync("one", cancelled);
        var second = turns.TakeAsync("one", cancelled);
        using (await turns.TakeAsync("other", cancelled))
            second.IsCompleted.ShouldBeFalse();
        first.Dispose();

        using (await second)
            turns.TakeAsync("one", cancelled).IsCompleted.ShouldBeFalse();
    }
}
