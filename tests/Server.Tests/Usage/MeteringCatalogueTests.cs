using NodaTime;
using NodaTime.Testing;
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

    [Fact]
    public async Task Accounts_BeyondTheLimit_AreNotCreatedUntilAnHourIsOver()
    {
        var token = TestContext.Current.CancellationToken;
        using var directory = new TemporaryDirectory();
        await using var store = await SqliteDocumentStore.OpenAsync(
            directory.File("documents.sqlite"), [.. ResourceCatalog.DocumentKinds, ChangeEvents.Kind], token);
        var changes = new ChangeFeed();
        var clock = new FakeClock(Instant.FromUtc(2026, 3, 1, 12, 0));
        var resources = new ResourceService(store, clock, changes);
        var catalogue = new MeteringCatalogue(resources, changes, new AutomaticAccounts(2, clock));

        var matches = await catalogue.MatchAccountsAsync(Organization, ["a", "b", "c"], token);
        var generation = catalogue.AccountGeneration(Organization);

        matches.Select(match => match.AccountId is not null).ShouldBe([true, true, false]);
        (await catalogue.MatchAccountsAsync(Organization, ["d", "a"], token))
            .Select(match => match.AccountId).ShouldBe([null, matches[0].AccountId]);
        // An account that somebody makes is found, and when the hour is over others are made again.
        await resources.CreateAsync(
            AccountResource.Definition, Organization, "u",
            new Account { Code = "d", Name = "d", EmailAddress = "d@example.com" }, token);
        (await catalogue.MatchAccountsAsync(Organization, ["d"], token))[0].AccountId.ShouldNotBeNull();
        generation = catalogue.AccountGeneration(Organization);
        clock.AdvanceHours(1);
        catalogue.AccountGeneration(Organization).ShouldBeGreaterThan(generation);
        (await catalogue.MatchAccountsAsync(Organization, ["c"], token))[0].AccountId.ShouldNotBeNull();
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
