using NodaTime;
using NodaTime.Testing;
using Tallystick.Access.Credentials;
using Tallystick.Resources.Documents;
using Tallystick.Server.Api.Resources;
using Tallystick.Storage.Documents.Sqlite;
using Tallystick.Testing;

namespace Tallystick.Server.Tests.Users;

/// <summary>Keys that sign tokens die with the last token that they can have signed.</summary>
public sealed class SigningKeysTests : IAsyncLifetime
{
    private static readonly Duration Lifetime = Duration.FromDays(90);
    private readonly FakeClock _clock = new(Instant.FromUtc(2026, 3, 1, 12, 0));
    private readonly TemporaryDirectory _directory = new();
    private IDocumentStore _documents = null!;
    private InstallationKeys _stored = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _documents = await SqliteDocumentStore.OpenAsync(
            _directory.File("documents.sqlite"), [InstallationKeys.Kind], Token);
        _stored = new InstallationKeys(Machinery.NewService(_documents, _clock));
    }

    public async ValueTask DisposeAsync()
    {
        await _documents.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Key_AfterItsLastToken_IsDeleted()
    {
        var keys = await OpenAsync();
        var first = (await keys.CurrentAsync(Token)).KeyId;
        _clock.Advance(Lifetime + Duration.FromSeconds(1));

        var second = (await keys.CurrentAsync(Token)).KeyId;

        second.ShouldNotBe(first);
        keys.All.Select(key => key.KeyId).ShouldBe([second, first]);
        _clock.Advance(Duration.FromSeconds(Tokens.LifetimeSeconds));
        keys.All.Select(key => key.KeyId).ShouldBe([second]);
        (await keys.CurrentAsync(Token)).KeyId.ShouldBe(second);
        (await StoredAsync()).ShouldBe([$"token-{second}"]);
    }

    [Fact]
    public async Task Key_OfAnOldBackup_IsIgnored()
    {
        var old = (await (await OpenAsync()).CurrentAsync(Token)).KeyId;
        _clock.Advance(Duration.FromDays(730));

        var keys = await OpenAsync();

        keys.All.ShouldBeEmpty();
        var made = (await keys.CurrentAsync(Token)).KeyId;
        made.ShouldNotBe(old);
        (await StoredAsync()).ShouldBe([$"token-{made}"]);
    }

    [Fact]
    public async Task Key_AskedForByManyAtOnce_IsMadeOnce()
    {
        var (one, other) = (await OpenAsync(), await OpenAsync());

        var ids = await Task.WhenAll(Enumerable.Range(0, 20).Select(async number =>
            (await (number % 2 == 0 ? one : other).CurrentAsync(Token)).KeyId));

        ids.Distinct().ShouldHaveSingleItem();
        (await StoredAsync()).ShouldHaveSingleItem();
    }

    private Task<SigningKeys> OpenAsync() => SigningKeys.OpenAsync(_stored, _clock, Token);

    private async Task<string[]> StoredAsync() => [.. (await _stored.ListAsync(Token)).Select(key => key.Id)];
}
