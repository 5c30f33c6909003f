using NodaTime;
using Tallystick.Billing.Accounts;
using Tallystick.Foundation.Resources;
using Tallystick.Server.Events;
using Tallystick.Server.Ingest;
using Tallystick.Server.Resources;
using Tallystick.Storage.Documents;
using Tallystick.Storage.Documents.Sqlite;
using Tallystick.Testing;

namespace Tallystick.Server.Tests.Usage;

/// <summary>What ingest remembers of configuration.</summary>
public sealed class MeteringCatalogueTests
{
    private const string Organization = "11111111-1111-1111-1111-111111111111";

    [Fact]
    public async Task AccountSeenInAChange_ThatIsLost_IsNotRemembered()
    {
        var token = TestContext.Current.CancellationToken;
        using var directory = new TemporaryDirectory();
        await using var store = new LosingStore(await SqliteDocumentStore.OpenAsync(
            directory.File("documents.sqlite"), [.. ResourceCatalog.DocumentKinds, ChangeEvents.Kind], token));
        var changes = new ChangeFeed();
        var resources = new ResourceService(store, SystemClock.Instance, changes);
        var catalogue = new MeteringCatalogue(resources, changes);
        await Should.ThrowAsync<IOException>(
            async () => await catalogue.MatchAccountsAsync(Organization, ["acme"], token));

        var match = (await catalogue.MatchAccountsAsync(Organization, ["acme"], token)).ShouldHaveSingleItem();

        var accounts = await resources.Reader(Organization, token).ListAsync<Account>(Condition.And());
        accounts.ShouldHaveSingleItem().Id.ShouldBe(match.AccountId);
    }

    /// <summary>Loses the first change, after another one like it has run in the same commit.</summary>
    private sealed class LosingStore(IDocumentStore store) : IDocumentStore
    {
        private bool _hasLost;

        public ValueTask<Document?> FindAsync(
            DocumentKind kind, string organizationId, string id, CancellationToken cancellationToken) =>
            store.FindAsync(kind, organizationId, id, cancellationToken);

        public ValueTask<IReadOnlyList<Document>> QueryAsync(
            DocumentKind kind, string organizationId, DocumentQuery query, CancellationToken cancellationToken) =>
            store.QueryAsync(kind, organizationId, query, cancellationToken);

        public Task<T> TransactAsync<T>(
            string organizationId, Func<IDocumentTransaction, ValueTask<T>> work,
            CancellationToken cancellationToken) =>
            store.TransactAsync(
                organizationId,
                async transaction =>
                {
                    var result = await work(transaction);
                    if (_hasLost)
                        return result;
                    _hasLost = true;
                    await work(transaction);
                    throw new IOException("The commit is lost.");
                },
                cancellationToken);

        public ValueTask DisposeAsync() => store.DisposeAsync();
    }
}
