using System.Text;
using NodaTime;
using NodaTime.Testing;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.Ingest;
using Tallystick.Metering.Ingest;
using Tallystick.Metering.LookupTables;
using Tallystick.Metering.Meters;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;
using Tallystick.Resources.Events;
using Tallystick.Server.Api.Resources;
using Tallystick.Storage.Documents.Sqlite;
using Tallystick.Testing;

namespace Tallystick.Server.Tests.Usage;

/// <summary>What ingest remembers of configuration.</summary>
public sealed class MeteringCatalogTests
{
    private const string Organization = "11111111-1111-1111-1111-111111111111";

    [Fact]
    public async Task AccountSeenInAChange_ThatIsLost_IsNotRemembered()
    {
        var token = TestContext.Current.CancellationToken;
        using var directory = new TemporaryDirectory();
        await using var store = new LosingStore(await SqliteDocumentStore.OpenAsync(
            directory.File("documents.sqlite"), [.. AllKinds.Catalog.DocumentKinds, ChangeEvents.Kind], token));
        var changes = new IngestCodes();
        var resources = Machinery.NewService(store, SystemClock.Instance, changes);
        var catalog = new MeteringCatalog(resources, changes, new PublishedLookups());
        await Should.ThrowAsync<IOException>(
            async () => await MatchAsync(catalog, ["acme"]));

        var match = (await MatchAsync(catalog, ["acme"])).ShouldHaveSingleItem();

        var accounts = await resources.Reader(Organization, token).ListAsync<Account>(Condition.And());
        accounts.ShouldHaveSingleItem().Id.ShouldBe(match.AccountId);
    }

    [Fact]
    public async Task Accounts_BeyondTheLimit_AreNotCreatedUntilAnHourIsOver()
    {
        var token = TestContext.Current.CancellationToken;
        using var directory = new TemporaryDirectory();
        await using var store = await SqliteDocumentStore.OpenAsync(
            directory.File("documents.sqlite"), [.. AllKinds.Catalog.DocumentKinds, ChangeEvents.Kind], token);
        var changes = new IngestCodes();
        var clock = new FakeClock(Instant.FromUtc(2026, 3, 1, 12, 0));
        var resources = Machinery.NewService(store, clock, changes);
        var catalog = new MeteringCatalog(
            resources, changes, new PublishedLookups(), new AutomaticAccounts(2, clock));

        var matches = await MatchAsync(catalog, ["a", "b", "c"]);

        matches.Select(match => match.AccountId is not null).ShouldBe([true, true, false]);
        (await MatchAsync(catalog, ["d", "a"]))
            .Select(match => match.AccountId).ShouldBe([null, matches[0].AccountId]);
        // An account that somebody makes is found, and when the hour is over others are made again.
        await resources.CreateAsync(
            AccountResource.Definition, Organization, "u",
            new Account { Code = "d", Name = "d", EmailAddress = "d@example.com" }, token);
        (await MatchAsync(catalog, ["d"]))[0].AccountId.ShouldNotBeNull();
        var before = catalog.AccountChanges(Organization);
        clock.AdvanceHours(1);
        catalog.AccountChanges(Organization).ShouldBeGreaterThan(before);
        (await MatchAsync(catalog, ["c"]))[0].AccountId.ShouldNotBeNull();
    }

    [Fact]
    public async Task Account_EditedWithoutItsCode_LeavesIngestWhatItKnows()
    {
        using var directory = new TemporaryDirectory();
        await using var store = new CountingStore(await OpenAsync(directory));
        var changes = new IngestCodes();
        var resources = Machinery.NewService(store, SystemClock.Instance, changes);
        var catalog = new MeteringCatalog(resources, changes, new PublishedLookups());
        var id = (await MatchAsync(catalog, ["acme"]))[0].AccountId!;
        var before = catalog.AccountChanges(Organization);

        await EditAsync(resources, id, account => account with { Name = "Other" });
        catalog.AccountChanges(Organization).ShouldBe(before);

        await EditAsync(resources, id, account => account with { Code = "apex" });
        catalog.AccountChanges(Organization).ShouldBeGreaterThan(before);
        catalog.ChangedAccountCodes(Organization, before).ShouldBe(["acme"]);
    }

    [Fact]
    public async Task Accounts_OfABatch_AreFoundByOneQueryAndMadeByOneChange()
    {
        using var directory = new TemporaryDirectory();
        await using var store = new CountingStore(await OpenAsync(directory));
        var changes = new IngestCodes();
        var catalog = new MeteringCatalog(
            Machinery.NewService(store, SystemClock.Instance, changes), changes, new PublishedLookups());
        string[] codes = [.. Enumerable.Range(0, 1000).Select(i => $"account {i}")];

        var made = await MatchAsync(catalog, codes);
        (store.Queries, store.Changes).ShouldBe((1, 1));
        var found = await MatchAsync(catalog, [.. codes, "ACCOUNT 7", "new", "New"]);
        (store.Queries, store.Changes).ShouldBe((2, 2));
        await MatchAsync(catalog, codes);
        (store.Queries, store.Changes).ShouldBe((3, 2));

        found.Take(codes.Length).ShouldBe(made);
        found[1000].NearMatchCode.ShouldBe("account 7");
        found[1001].AccountId.ShouldNotBeNull();
        found[1002].NearMatchCode.ShouldBe("new");
    }

    [Fact]
    public async Task Meter_Edited_IsTheOnlyOneReadAgain()
    {
        using var directory = new TemporaryDirectory();
        await using var store = new CountingStore(await OpenAsync(directory));
        var changes = new IngestCodes();
        var resources = Machinery.NewService(store, SystemClock.Instance, changes);
        var catalog = new MeteringCatalog(resources, changes, new PublishedLookups());
        foreach (var code in new[] { "one", "two" })
            await resources.CreateAsync(
                MeterResource.Definition, Organization, "test", Meter(code), Token);
        var one = (await catalog.FindMeterAsync(Organization, "one", Token))!;
        var two = await catalog.FindMeterAsync(Organization, "two", Token);
        (await catalog.FindMeterAsync(Organization, "three", Token)).ShouldBeNull();
        store.Queries.ShouldBe(3);

        await resources.UpdateAsync(
            MeterResource.Definition, Organization, "test", one.Meter.Id, one.Meter with { Code = "three" }, Token);

        (await catalog.FindMeterAsync(Organization, "two", Token)).ShouldBeSameAs(two);
        store.Queries.ShouldBe(3);
        (await catalog.FindMeterAsync(Organization, "one", Token)).ShouldBeNull();
        (await catalog.FindMeterAsync(Organization, "three", Token))!.Meter.Id.ShouldBe(one.Meter.Id);
    }

    // As the loader does.
    private static async Task<IReadOnlyList<AccountMatch>> MatchAsync(
        MeteringCatalog catalog, IReadOnlyList<string> codes)
    {
        AccountMatch[] found = [.. await catalog.FindAccountsAsync(Organization, codes, Token)];
        string[] missing = [.. codes.Where((_, index) => found[index] == default)];
        if (missing.Length == 0)
            return found;
        var created = await catalog.CreateAsync(Organization, missing, Token);
        foreach (var (code, match) in missing.Zip(created))
            found[codes.Index().First(one => one.Item == code).Index] = match;
        return found;
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static Meter Meter(string code) => (Meter)MeterResource.Definition.Read(Encoding.UTF8.GetBytes(
        $$"""
        {"name":"Meter","code":"{{code}}","derivedFields":[],
        "dataFields":[{"category":"MEASURE","code":"n","name":"n","unit":"1"}]}
        """));

    private static async Task<SqliteDocumentStore> OpenAsync(TemporaryDirectory directory) =>
        await SqliteDocumentStore.OpenAsync(
            directory.File("documents.sqlite"), [.. AllKinds.Catalog.DocumentKinds, ChangeEvents.Kind], Token);

    private static async Task EditAsync(ResourceService resources, string id, Func<Account, Account> edit)
    {
        var account = (await resources.Reader(Organization, Token).FindAsync<Account>(id))!;
        await resources.UpdateAsync(
            AccountResource.Definition, Organization, "test", id, edit(account), Token);
    }

    /// <summary>Counts what is asked of a store.</summary>
    private sealed class CountingStore(IDocumentStore store) : IDocumentStore
    {
        internal int Queries { get; private set; }

        internal int Changes { get; private set; }

        public ValueTask<Document?> FindAsync(
            DocumentKind kind, string organizationId, string id, CancellationToken cancellationToken) =>
            store.FindAsync(kind, organizationId, id, cancellationToken);

        public ValueTask<IReadOnlyList<Document>> QueryAsync(
            DocumentKind kind, string organizationId, DocumentQuery query, CancellationToken cancellationToken)
        {
            Queries++;
            return store.QueryAsync(kind, organizationId, query, cancellationToken);
        }

        public Task<T> TransactAsync<T>(
            string organizationId, Func<IDocumentTransaction, ValueTask<T>> work,
            CancellationToken cancellationToken)
        {
            Changes++;
            return store.TransactAsync(organizationId, work, cancellationToken);
        }

        public ValueTask DisposeAsync() => store.DisposeAsync();
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
