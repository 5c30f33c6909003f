using NodaTime;
using Tallystick.Access.Permissions;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Expressions;
using Tallystick.Metering.LookupTables;
using Tallystick.Metering.Tests.Harness;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;
using Tallystick.Resources.Events;
using Tallystick.Storage.Documents.Sqlite;

namespace Tallystick.Metering.Tests.LookupTables;

/// <summary>Calculations read published lookup data from memory, and always of the right revision.</summary>
public sealed class PublishedLookupsTests : IAsyncLifetime
{
    private const string Organization = "00000000-0000-0000-0000-000000000001";
    private const int Many = 4500;

    private readonly TempDirectory _directory = new();
    private readonly PublishedLookups _published = new();
    private IDocumentStore _documents = null!;
    private ResourceService _resources = null!;
    private LookupStore _lookups = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private ResourceReader Reader => _resources.Reader(Organization, Token);

    public async ValueTask InitializeAsync()
    {
        var catalog = new ResourceCatalog(
        [
            LookupTableResource.Definition, LookupTableResource.Revisions, LookupTableResource.Data,
            LookupTableResource.Items, LookupTableResource.Jobs,
        ]);
        _documents = await SqliteDocumentStore.OpenAsync(
            _directory["documents.sqlite"], [.. catalog.DocumentKinds, ChangeEvents.Kind, Subscriptions.Kind],
            Token);
        _resources = new ResourceService(
            _documents, new ChangeMachinery(catalog, new AccessRules(), new ChangeEvents([])), SystemClock.Instance,
            new ChangeFeed([]));
        _lookups = new LookupStore(_resources);
    }

    public async ValueTask DisposeAsync()
    {
        await _documents.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Data_OfMoreItemsThanAreReadAtOnce_IsThereWhole()
    {
        var draft = await NewDraftAsync(await NewTableAsync("rates"), Many);
        await PublishAsync(draft);

        var data = await _published.FindAsync("rates", Reader);

        foreach (var item in (int[])[0, 1999, 2000, 2001, Many - 1])
            ReadRate(data, item).ShouldBe(item);
        ReadRate(data, Many).ShouldBeNull();
    }

    [Fact]
    public async Task Data_OfTheNextRevision_IsInMemoryWhenItIsPublished()
    {
        var table = await NewTableAsync("rates");
        await PublishAsync(await NewDraftAsync(table, 1));
        await _published.FindAsync("rates", Reader);
        var next = await NewDraftAsync(table, 3);

        using (await _published.PrepareAsync(next, Reader))
        {
            ReadRate(await _published.FindAsync("rates", Reader), 2).ShouldBeNull("it is not published yet");
            var published = await PublishAsync(next);
            // What was prepared is used: the items are not read again, as they are not there any more.
            await _lookups.ChangeAsync(Organization, "test", Token, change =>
                change.DeleteAllAsync<LookupTableItem>(LookupTableResource.Of(published.Id)));
            ReadRate(await _published.FindAsync("rates", Reader), 2).ShouldBe(2);
        }
        ReadRate(await _published.FindAsync("rates", Reader), 2).ShouldBe(2);
    }

    [Fact]
    public async Task Data_ThatChangedAfterItWasPrepared_IsReadAgain()
    {
        var table = await NewTableAsync("rates");
        await PublishAsync(await NewDraftAsync(table, 1));
        await _published.FindAsync("rates", Reader);
        var next = await NewDraftAsync(table, 1);

        using (await _published.PrepareAsync(next, Reader))
        {
            await AddAsync(next, 1, 2);
            await PublishAsync(next);

            ReadRate(await _published.FindAsync("rates", Reader), 1).ShouldBe(1);
        }
    }

    [Fact]
    public async Task Data_OfATableThatNoCalculationUses_IsNotPrepared()
    {
        var draft = await NewDraftAsync(await NewTableAsync("rates"), 1);

        (await _published.PrepareAsync(draft, Reader)).ShouldBeNull();
    }

    [Fact]
    public async Task Data_ThatIsNoLongerPublished_IsReleased()
    {
        var draft = await PublishAsync(await NewDraftAsync(await NewTableAsync("rates"), 1));
        var weak = await WeakAsync("rates");
        await _lookups.ChangeAsync(Organization, "test", Token, change => change.UpdateAsync(
            draft, draft with { Status = LookupTableRevisionStatus.Archived }));
        await PublishAsync(await NewDraftAsync(await NewTableAsync("others"), 1));

        await _published.FindAsync("others", Reader);

        GC.Collect();
        weak.TryGetTarget(out _).ShouldBeFalse();
    }

    [Fact]
    public async Task Publishing_MoreItemsThanAnOrganizationMayHave_IsRefused()
    {
        var revisions = new LookupRevisions(_lookups, _published, maxPublishedItems: 5);
        var first = await NewTableAsync("first");
        await MoveAsync(revisions, await NewDraftAsync(first, 3));
        // It replaces the one before, whose items no longer count.
        await MoveAsync(revisions, await NewDraftAsync(first, 4));
        var second = await NewTableAsync("second");

        var refused = await Should.ThrowAsync<RefusedException>(
            async () => await MoveAsync(revisions, await NewDraftAsync(second, 2)));

        refused.Issues.Single().Message.ShouldBe(
            "cannot become PUBLISHED: with it, published revisions would have 6 items; the maximum per organization "
            + "is 5");
        await MoveAsync(revisions, await NewDraftAsync(second, 1));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // an earlier version did not count them
    public async Task Publishing_MoreBytesOfStringsThanAnOrganizationMayHave_IsRefused(bool isOfEarlierVersion)
    {
        var revisions = new LookupRevisions(_lookups, _published, maxPublishedTextBytes: 10);
        var first = await NewDraftAsync(await NewTableAsync("first"), 3); // c0, c1 and c2
        await NewSizeAsync(first, size => isOfEarlierVersion ? null : size);
        await MoveAsync(revisions, first);
        var second = await NewTableAsync("second");
        var large = await NewDraftAsync(second, 3);
        await NewSizeAsync(large, size => isOfEarlierVersion ? null : size);

        var refused = await Should.ThrowAsync<RefusedException>(async () => await MoveAsync(revisions, large));

        refused.Issues.Single().Message.ShouldBe(
            "cannot become PUBLISHED: with it, published revisions would have 12 bytes of strings; the maximum per "
            + "organization is 10");
        await MoveAsync(revisions, await NewDraftAsync(second, 2));
    }

    [Fact]
    public async Task Size_OfData_FollowsEachChange()
    {
        var draft = await NewDraftAsync(await NewTableAsync("rates"), 0);
        var named = new RevisionReference(Organization, draft.LookupTableId, draft.Id, "test");
        var data = new LookupData(_lookups);
        long version = 1;

        await data.WriteAsync(named, [Item("UK"), Item("größe"), Item("😀")], version++, Token);
        (await SizeAsync(draft)).ShouldBe((3, 2 + 7 + 4));
        await data.WriteAsync(named, [Item("UK"), Item("FR")], version++, Token);
        (await SizeAsync(draft)).ShouldBe((4, 2 + 7 + 4 + 2));
        await data.WriteEntryAsync(named, "DE", Item("DE"), version++, Token);
        (await SizeAsync(draft)).ShouldBe((5, 2 + 7 + 4 + 2 + 2));
        await data.DeleteEntryAsync(named, "größe", version, Token);
        (await SizeAsync(draft)).ShouldBe((4, 2 + 4 + 2 + 2));
        await NewSizeAsync(draft, _ => null);
        await data.ClearAsync(named, Token);
        (await SizeAsync(draft)).ShouldBe((0, 0));
    }

    private static Dictionary<string, CustomFieldValue> Item(string country) =>
        new() { ["country"] = new(country, null), ["rate"] = new(null, 1) };

    private async Task<(long Items, long? TextBytes)> SizeAsync(LookupTableRevision draft)
    {
        var data = (await Reader.FindAsync<LookupTableData>(draft.Id)).ShouldNotBeNull();
        return (data.ItemCount, data.TextBytes);
    }

    private Task<LookupTableData> NewSizeAsync(LookupTableRevision draft, Func<long?, long?> size) =>
        _lookups.ChangeAsync(Organization, "test", Token, async change =>
        {
            var data = (await change.Related.FindAsync<LookupTableData>(draft.Id))!;
            return await change.UpdateAsync(data, data with { TextBytes = size(data.TextBytes) });
        });

    private static decimal? ReadRate(LookupSnapshot? data, int item)
    {
        var row = data.ShouldNotBeNull().FindRow([Value.Of($"c{item}")]);
        return row < 0 ? null : data.Read(row, data.FindField("rate")).Number;
    }

    private static Task<LookupTableRevision> MoveAsync(LookupRevisions revisions, LookupTableRevision draft) =>
        revisions.SetStatusAsync(
            new RevisionReference(Organization, draft.LookupTableId, draft.Id, "test"), ("PUBLISHED", draft.Version),
            _ => { }, Token);

    // Not in the test itself, whose variables would keep it alive.
    private async Task<WeakReference<LookupSnapshot>> WeakAsync(string code) =>
        new((await _published.FindAsync(code, Reader)).ShouldNotBeNull());

    private async Task<string> NewTableAsync(string code) =>
        (await _lookups.ChangeAsync(Organization, "test", Token, change => change.InsertAsync(
            new LookupTable { Name = code, Code = code }))).Id;

    private async Task<LookupTableRevision> NewDraftAsync(string tableId, int items)
    {
        var draft = await _lookups.ChangeAsync(Organization, "test", Token, change => change.InsertAsync(
            new LookupTableRevision
            {
                LookupTableId = tableId,
                Name = "Rates",
                Status = LookupTableRevisionStatus.Draft,
                Fields =
                [
                    new LookupTableRevisionField { Name = "country", Type = LookupTableRevisionFieldType.String },
                    new LookupTableRevisionField { Name = "rate", Type = LookupTableRevisionFieldType.Number },
                ],
                Keys = ["country"],
            }));
        await AddAsync(draft, 0, items);
        return draft;
    }

    private Task<LookupTableData> AddAsync(LookupTableRevision draft, int from, int to) =>
        _lookups.ChangeAsync(Organization, "test", Token, change => change.UpsertAsync(draft,
        [
            .. Enumerable.Range(from, to - from).Select(item => new Dictionary<string, CustomFieldValue>
            {
                ["country"] = new($"c{item}", null),
                ["rate"] = new(null, item),
            }),
        ]));

    private Task<LookupTableRevision> PublishAsync(LookupTableRevision draft) =>
        _lookups.ChangeAsync(Organization, "test", Token, async change =>
        {
            foreach (var before in await change.Related.ListAsync<LookupTableRevision>(
                LookupTableResource.PublishedOf([draft.LookupTableId])))
                await change.UpdateAsync(before, before with { Status = LookupTableRevisionStatus.Archived });
            return await change.UpdateAsync(draft, draft with { Status = LookupTableRevisionStatus.Published });
        });
}
