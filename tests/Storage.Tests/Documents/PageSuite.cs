using Tallystick.Resources.Documents;

namespace Tallystick.Storage.Tests.Documents;

public sealed class SqlitePageTests() : PageSuite(new SqliteEngine());

public sealed class PostgresPageTests() : PageSuite(new PostgresEngine());

/// <summary>Order, windows and keyset pages.</summary>
public abstract class PageSuite(StoreEngine engine) : DocumentStoreSuite(engine)
{
    [Fact]
    public async Task Query_ByDefault_IsNewestFirst()
    {
        await InsertAsync(Accounts.Write("b"), Accounts.Write("a"), Accounts.Write("c"));
        (await IdsAsync()).ShouldBe(["c", "a", "b"]);
        (await IdsAsync(new DocumentQuery { IsAscending = true })).ShouldBe(["b", "a", "c"]);
    }

    [Fact]
    public async Task Sort_ByColumn_PutsMissingLastAndTiesNewestFirst()
    {
        await InsertAsync(
            Accounts.Write("missing 1"), Accounts.Write("b 1", name: "b"), Accounts.Write("a", name: "a"),
            Accounts.Write("missing 2"), Accounts.Write("b 2", name: "b"), Accounts.Write("empty", name: ""));
        (await IdsAsync(new DocumentQuery { SortBy = "name", IsAscending = true }))
            .ShouldBe(["empty", "a", "b 2", "b 1", "missing 2", "missing 1"]);
        (await IdsAsync(new DocumentQuery { SortBy = "name" }))
            .ShouldBe(["b 2", "b 1", "a", "empty", "missing 2", "missing 1"]);
    }

    [Fact]
    public async Task Sort_ByText_IsByCodePoint()
    {
        // U+FFFD comes before U+1F600, though its UTF-16 unit is greater than the first one of that.
        string[] inOrder = ["", " ", "10", "9", "A", "Z", "_", "a", "a b", "aB", "ab", "z", "É", "é", "\uFFFD", "😀"];
        await InsertAsync([.. inOrder.Reverse().Select(name => Accounts.Write($"id {name}", name: name))]);
        var ids = inOrder.Select(name => $"id {name}").ToList();
        (await IdsAsync(new DocumentQuery { SortBy = "name", IsAscending = true })).ShouldBe(ids);
        (await IdsAsync(new DocumentQuery { SortBy = "id", IsAscending = true })).ShouldBe(ids);
        (await IdsAsync(new DocumentQuery { SortBy = "id" })).ShouldBe(Enumerable.Reverse(ids));
    }

    [Fact]
    public async Task Window_OfSortedDocuments_IsCutOut()
    {
        await InsertAsync([.. "badc".Select(letter => Accounts.Write($"{letter}", name: $"{letter}"))]);
        var sorted = new DocumentQuery { SortBy = "name", IsAscending = true };
        (await IdsAsync(sorted with { Limit = 2 })).ShouldBe(["a", "b"]);
        (await IdsAsync(sorted with { Offset = 1, Limit = 2 })).ShouldBe(["b", "c"]);
        (await IdsAsync(sorted with { Offset = 3 })).ShouldBe(["d"]);
        (await IdsAsync(sorted with { Offset = 4, Limit = 2 })).ShouldBeEmpty();
        (await IdsAsync(sorted with { Limit = 0 })).ShouldBeEmpty();
        await Should.ThrowAsync<ArgumentOutOfRangeException>(IdsAsync(sorted with { Limit = -1 }));
        await Should.ThrowAsync<ArgumentOutOfRangeException>(IdsAsync(sorted with { Offset = -1 }));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Pages_OfSortedDocuments_HaveNoGapAndNoRepeatWhileTheListChanges(bool isAscending)
    {
        var names = new[] { "b", null, "a", "b", "c", "b", null, "", null, "a" };
        await InsertAsync([.. names.Select((name, index) => Accounts.Write($"{index}", name: name))]);
        var query = new DocumentQuery { SortBy = "name", IsAscending = isAscending, Limit = 2 };
        var all = await IdsAsync(query with { Limit = null });

        var read = new List<string>();
        while (await Store.QueryAsync(Accounts.Kind, Acme, query, Token) is { Count: > 0 } page)
        {
            read.AddRange(page.Select(document => document.Id));
            query = query with { After = new PageKey(Accounts.NameOf(page[^1]), page[^1].Sequence) };
            // What was read is deleted and another one added before it: an offset would pass over others.
            await DeleteAsync(page[0].Id);
            await DeleteAsync(page[^1].Id);
            if (isAscending)
                await InsertAsync(Accounts.Write($"late {read.Count}", name: ""));
        }

        read.ShouldBe(all);
    }

    [Fact]
    public async Task Page_OfMatchingDocuments_StartsAfterTheFormer()
    {
        var writes = Enumerable.Range(0, 10).Select(i => Accounts.Write($"{i}", name: i % 2 == 0 ? "x" : "y"));
        await InsertAsync([.. writes]);
        var page = new DocumentQuery { Where = Condition.Equal("name", "x"), Limit = 2 };
        var first = await Store.QueryAsync(Accounts.Kind, Acme, page, Token);
        first.Select(document => document.Id).ShouldBe(["8", "6"]);
        (await IdsAsync(page with { BeforeSequence = first[^1].Sequence })).ShouldBe(["4", "2"]);
    }

    [Fact]
    public async Task Sort_ByUnknownColumn_IsRefused() => await Should.ThrowAsync<ArgumentException>(
        IdsAsync(new DocumentQuery { SortBy = "name\" --" }));

    [Fact]
    public async Task Pages_DuringInsertsAndDeletes_HaveNoGapAndNoRepeat()
    {
        var kept = Enumerable.Range(0, 200).Select(i => $"kept {i:000}").ToList();
        await InsertAsync([.. kept.SelectMany(id => new[] { Accounts.Write(id), Accounts.Write($"gone {id}") })]);
        using var enough = new CancellationTokenSource();
        var others = ChangeUntilAsync(kept, enough.Token);

        for (var round = 0; round < 10; round++)
        {
            var read = await ReadAllPagesAsync();
            read.ShouldBeUnique();
            read.Where(id => id.StartsWith("kept")).ShouldBe(Enumerable.Reverse(kept));
        }

        await enough.CancelAsync();
        await others;
    }

    private async Task<List<string>> ReadAllPagesAsync()
    {
        var read = new List<string>();
        var query = new DocumentQuery { Limit = 7 };
        while (true)
        {
            var page = await Store.QueryAsync(Accounts.Kind, Acme, query, Token);
            read.AddRange(page.Select(document => document.Id));
            if (page.Count < query.Limit)
                return read;
            query = query with { BeforeSequence = page[^1].Sequence };
        }
    }

    private Task ChangeUntilAsync(List<string> kept, CancellationToken enough) => Task.Run(
        async () =>
        {
            for (var i = 0; !enough.IsCancellationRequested; i++)
            {
                await InsertAsync(Accounts.Write($"new {i}"));
                await InsertIntoAsync(Other, Accounts.Write($"new {i}"));
                await DeleteAsync(i < kept.Count ? $"gone {kept[i]}" : $"new {i - 3}");
            }
        },
        Token);
}
