using NodaTime;
using Tallystick.Access.Credentials;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;
using Tallystick.Server.Api.Resources;
using Tallystick.Server.Hosting.Installation;
using Tallystick.Storage.Documents.Sqlite;
using Tallystick.Testing;

namespace Tallystick.Server.Tests.Installation;

public sealed class InstallationSecretTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Secret_OfAnInstallationOfAVersionBefore_IsMadeOnceAndStays()
    {
        byte[] secret;
        await using (var documents = await OpenAsync("documents.sqlite"))
        {
            // As that version wrote it.
            await InstallationId.SetAsync(Changes(documents), "an-id", Token);
            secret = await InstallationSecret.ProvideAsync(Changes(documents), Token);
            (await InstallationSecret.ProvideAsync(Changes(documents), Token)).ShouldBe(secret);
        }

        await using var reopened = await OpenAsync("documents.sqlite");
        (await InstallationSecret.ProvideAsync(Changes(reopened), Token)).ShouldBe(secret);
        (await InstallationId.FindAsync(reopened, Token)).ShouldBe("an-id");
        var stored = await reopened.FindAsync(InstallationId.Kind, AccessKeyResource.Installation, "an-id", Token);
        stored.ShouldNotBeNull().Version.ShouldBe(2);
        secret.Length.ShouldBe(32);
    }

    [Fact]
    public async Task Secret_OfAnotherInstallation_IsAnother()
    {
        await using var one = await OpenAsync("one");
        await using var other = await OpenAsync("other");
        await InstallationId.SetAsync(Changes(one), "an-id", Token);
        await InstallationId.SetAsync(Changes(other), "an-id", Token);

        (await InstallationSecret.ProvideAsync(Changes(one), Token))
            .ShouldNotBe(await InstallationSecret.ProvideAsync(Changes(other), Token));
    }

    [Fact]
    public async Task Secret_BeforeTheInstallationHasAnId_IsRefused()
    {
        await using var documents = await OpenAsync("documents.sqlite");

        await Should.ThrowAsync<InvalidOperationException>(InstallationSecret.ProvideAsync(Changes(documents), Token));
    }

    private static ResourceService Changes(IDocumentStore documents) =>
        Machinery.NewService(documents, SystemClock.Instance);

    private async Task<IDocumentStore> OpenAsync(string name) =>
        await SqliteDocumentStore.OpenAsync(_directory.File(name), [InstallationId.Kind], Token);
}
