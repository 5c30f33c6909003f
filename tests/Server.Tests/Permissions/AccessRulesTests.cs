using Tallystick.Server.Permissions;

namespace Tallystick.Server.Tests.Permissions;

/// <summary>Changes of access in one organization happen one after the other, whatever they are stored with.</summary>
public sealed class AccessRulesTests
{
    [Fact]
    public async Task Turn_OfAnOrganization_IsTakenByOneAtATime()
    {
        var turns = new AccessRules();
        var cancelled = TestContext.Current.CancellationToken;

        var first = await turns.TakeTurnAsync("one", cancelled);
        var second = turns.TakeTurnAsync("one", cancelled);
        using (await turns.TakeTurnAsync("other", cancelled))
            second.IsCompleted.ShouldBeFalse();
        first.Dispose();

        using (await second)
            turns.TakeTurnAsync("one", cancelled).IsCompleted.ShouldBeFalse();
    }
}
