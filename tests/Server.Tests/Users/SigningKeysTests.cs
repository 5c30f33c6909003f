using NodaTime;
using NodaTime.Testing;
using Tallystick.Access.Credentials;
using Tallystick.Testing;

namespace Tallystick.Server.Tests.Users;

/// <summary>Keys that sign tokens die with the last token that they can have signed.</summary>
public sealed class SigningKeysTests
{
    private static readonly Duration Lifetime = Duration.FromDays(90);
    private readonly FakeClock _clock = new(Instant.FromUtc(2026, 3, 1, 12, 0));

    [Fact]
    public void Key_AfterItsLastToken_IsDeleted()
    {
        using var directory = new TemporaryDirectory();
        var keys = new SigningKeys(directory.Path, _clock);
        var first = keys.Current.KeyId;
        _clock.Advance(Lifetime + Duration.FromSeconds(1));

        var second = keys.Current.KeyId;

        second.ShouldNotBe(first);
        keys.All.Select(key => key.KeyId).ShouldBe([second, first]);
        _clock.Advance(Duration.FromSeconds(Tokens.LifetimeSeconds));
        keys.All.Select(key => key.KeyId).ShouldBe([second]);
        keys.Current.KeyId.ShouldBe(second);
        Files(directory).ShouldBe([second]);
    }

    [Fact]
    public void Key_OfAnOldBackup_IsIgnored()
    {
        using var directory = new TemporaryDirectory();
        var old = new SigningKeys(directory.Path, _clock).Current.KeyId;
        _clock.Advance(Duration.FromDays(730));

        var keys = new SigningKeys(directory.Path, _clock);

        keys.All.ShouldBeEmpty();
        Files(directory).ShouldBeEmpty();
        keys.Current.KeyId.ShouldNotBe(old);
    }

    private static string?[] Files(TemporaryDirectory directory) =>
        [.. Directory.EnumerateFiles(Path.Combine(directory.Path, "keys")).Select(Path.GetFileNameWithoutExtension)];
}
