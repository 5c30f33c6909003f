using NodaTime;
using NodaTime.Testing;
using Tallystick.Access.Credentials;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Server.Tests.Api;

namespace Tallystick.Server.Tests.Users;

/// <summary>Where right secrets came from is remembered, for so many places and no more.</summary>
public sealed class KnownSourcesTests
{
    private const int MaxFailures = 300;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sources_AsManyAsAnybodyLikes_TakeBoundedMemoryAndTheFirstStayKnown()
    {
        await using var server = await ApiServer.StartAsync();
        var keys = new AccessKeys(
            server.Service<ResourceService>(), server.Service<ChangeFeed>(),
            new FakeClock(SystemClock.Instance.GetCurrentInstant()), (_, _) => { }, maxSources: 3);
        for (var source = 0; source < 10; source++)
            (await FindAsync(keys, server.ApiSecret, $"10.0.0.{source}")).ShouldNotBeNull();

        for (var failure = 0; failure < MaxFailures; failure++)
            (await FindAsync(keys, "wrong", $"10.0.1.{failure}")).ShouldBeNull();

        keys.KnownSources.ShouldBe(3);
        (await FindAsync(keys, server.ApiSecret, "10.0.0.2")).ShouldNotBeNull();
        await Should.ThrowAsync<TooManyRequestsException>(
            async () => await FindAsync(keys, server.ApiSecret, "10.0.0.3"));

        ValueTask<AccessKey?> FindAsync(AccessKeys among, string secret, string source) =>
            among.FindAsync([(server.AccessKeyId, secret)], source, Token);
    }
}
