using System.Globalization;
using Tallystick.Resources.Documents;

namespace Tallystick.Storage.Tests.Documents;

public sealed class SqliteChangeTests() : ChangeSuite(new SqliteEngine());

public sealed class PostgresChangeTests() : ChangeSuite(new PostgresEngine());

public sealed class CachedChangeTests() : ChangeSuite(new CachedEngine(new SqliteEngine()));

/// <summary>Changes are atomic, see themselves, follow one another, and lose no other change.</summary>
public abstract class ChangeSuite(StoreEngine engine) : DocumentStoreSuite(engine)
{
    [Fact]
    public async Task Change_ThatThrows_LeavesNothing()
    {
        await InsertAsync(Accounts.Write("a", "one", "before"), Accounts.Write("b"));
        await Should.ThrowAsync<InvalidTimeZoneException>(ChangeAsync(async change =>
        {
            await change.InsertAsync(Accounts.Kind, Acme, Accounts.Write("c"), Token);
            await change.UpdateAsync(Accounts.Kind, Acme, 1, Accounts.Write("a", "two", "after", 2), Token);
            await change.DeleteAsync(Accounts.Kind, Acme, "b", Token);
            throw new InvalidTimeZoneException();
        }));
        (await IdsAsync()).ShouldBe(["b", "a"]);
        Accounts.NameOf(await FindAsync("a")).ShouldBe("before");
        await InsertAsync(Accounts.Write("d", "two"));
    }

    [Fact]
    public async Task Put_NewAndExistingId_AddsOrReplacesWithTheNextVersion()
    {
        await InsertAsync(Accounts.Write("a", name: "before"), Accounts.Write("b"));
        var place = (await FindAsync("a"))!.Sequence;
        await ChangeAsync(async change =>
        {
            foreach (var (id, name) in new[] { ("a", "once"), ("a", "after"), ("c", "new") })
            {
                var write = Accounts.Write(id, name: name);
                await change.PutAsync(Accounts.Kind, Acme, id, write.Json, write.Columns, Token);
                Accounts.NameOf(await change.FindAsync(Accounts.Kind, Acme, id, Token)).ShouldBe(name);
            }
        });

        (await IdsAsync()).ShouldBe(["c", "b", "a"]);
        var replaced = (await FindAsync("a"))!;
        (replaced.Version, replaced.Sequence, Accounts.NameOf(replaced)).ShouldBe((3, place, "after"));
        (await FindAsync("c"))!.Version.ShouldBe(1);
        (await IdsAsync(new DocumentQuery { Where = Condition.Equal("name", "before") })).ShouldBeEmpty();
        (await IdsAsync(new DocumentQuery { Where = Condition.Equal("name", "after") })).ShouldBe(["a"]);
    }

    [Fact]
    public async Task Put_InAChangeThatThrows_LeavesTheFormerDocument()
    {
        await InsertAsync(Accounts.Write("a", name: "before"));
        await Should.ThrowAsync<InvalidTimeZoneException>(ChangeAsync(async change =>
        {
            var write = Accounts.Write("a", name: "after");
            await change.PutAsync(Accounts.Kind, Acme, "a", write.Json, write.Columns, Token);
            throw new InvalidTimeZoneException();
        }));
        Accounts.NameOf(await FindAsync("a")).ShouldBe("before");
        await Should.ThrowAsync<ArgumentException>(ChangeAsync(change =>
            change.PutAsync(Accounts.Kind, Other, "a", Accounts.Write("a").Json, [null, null], Token)));
    }

    [Fact]
    public async Task DeleteAll_WhatMatches_IsGoneAndNothingElse()
    {
        await InsertAsync(
            Accounts.Write("a", name: "x"), Accounts.Write("b", name: "y"), Accounts.Write("c", name: "x"));
        await InsertIntoAsync(Other, Accounts.Write("d", name: "x"));
        var deleted = 0;

        await ChangeAsync(async change => deleted = await change.DeleteAllAsync(
            Accounts.Kind, Acme, Condition.Equal("name", "x"), Token));

        deleted.ShouldBe(2);
        (await IdsAsync()).ShouldBe(["b"]);
        (await IdsAsync(organization: Other)).ShouldBe(["d"]);
        await Should.ThrowAsync<ArgumentException>(ChangeAsync(async change =>
            await change.DeleteAllAsync(Accounts.Kind, Other, Condition.And(), Token)));
    }

    [Fact]
    public async Task DeleteAll_WithALimit_DeletesNoMore()
    {
        await InsertAsync(
            Accounts.Write("a", name: "x"), Accounts.Write("b", name: "x"), Accounts.Write("c", name: "x"),
            Accounts.Write("d", name: "y"));
        await InsertIntoAsync(Other, Accounts.Write("e", name: "x"));
        List<int> deleted = [];

        for (var i = 0; i < 3; i++)
            await ChangeAsync(async change => deleted.Add(await change.DeleteAllAsync(
                Accounts.Kind, Acme, Condition.Equal("name", "x"), Token, limit: 2)));

        deleted.ShouldBe([2, 1, 0]);
        (await IdsAsync()).ShouldBe(["d"]);
        (await IdsAsync(organization: Other)).ShouldBe(["e"]);
    }

    [Fact]
    public async Task Query_AfterADocument_GoesOnFromIt()
    {
        await InsertAsync(Accounts.Write("a"), Accounts.Write("b"), Accounts.Write("c"));
        var first = (await FindAsync("a"))!.Sequence;

        (await IdsAsync(new DocumentQuery { AfterSequence = first, IsAscending = true, Limit = 1 })).ShouldBe(["b"]);
        (await IdsAsync(new DocumentQuery { AfterSequence = first })).ShouldBe(["c", "b"]);
    }

    [Fact]
    public async Task Change_Cancelled_LeavesNothingAndTheStoreUsable()
    {
        using var source = new CancellationTokenSource();
        await Should.ThrowAsync<OperationCanceledException>(Store.TransactAsync(
            Acme,
            async change =>
            {
                await change.InsertAsync(Accounts.Kind, Acme, Accounts.Write("a"), source.Token);
                await source.CancelAsync();
                await change.InsertAsync(Accounts.Kind, Acme, Accounts.Write("b"), source.Token);
                return true;
            },
            source.Token));
        await InsertAsync(Accounts.Write("c"));
        (await IdsAsync()).ShouldBe(["c"]);
    }

    [Fact]
    public async Task Change_ReadsItsOwnWrites_WhichNobodyElseSees()
    {
        await InsertAsync(Accounts.Write("a", name: "old"));
        await ChangeAsync(async change =>
        {
            await change.UpdateAsync(Accounts.Kind, Acme, 1, Accounts.Write("a", name: "new", version: 2), Token);
            await change.InsertAsync(Accounts.Kind, Acme, Accounts.Write("b", name: "new"), Token);

            Accounts.NameOf(await change.FindAsync(Accounts.Kind, Acme, "a", Token)).ShouldBe("new");
            var query = new DocumentQuery { Where = Condition.Equal("name", "new") };
            (await change.QueryAsync(Accounts.Kind, Acme, query, Token)).Count.ShouldBe(2);

            Accounts.NameOf(await FindAsync("a")).ShouldBe("old");
            (await FindAsync("b")).ShouldBeNull();
        });
        (await FindAsync("b")).ShouldNotBeNull();
    }

    [Fact]
    public async Task Change_Over_CannotBeUsed()
    {
        var leaked = await Store.TransactAsync(Acme, change => ValueTask.FromResult(change), Token);
        await Should.ThrowAsync<InvalidOperationException>(
            leaked.InsertAsync(Accounts.Kind, Acme, Accounts.Write("a"), Token).AsTask());
        await Should.ThrowAsync<InvalidOperationException>(leaked.FindAsync(Accounts.Kind, Acme, "a", Token).AsTask());
    }

    [Fact]
    public async Task Update_OfAnotherVersionOrOfNothing_WritesNothing()
    {
        await InsertAsync(Accounts.Write("a", name: "old"));
        (await UpdateAsync(2, Accounts.Write("a", name: "new", version: 3))).ShouldBeFalse();
        (await UpdateAsync(1, Accounts.Write("b", name: "new", version: 2))).ShouldBeFalse();
        (await IdsAsync()).ShouldBe(["a"]);
        Accounts.NameOf(await FindAsync("a")).ShouldBe("old");
    }

    [Fact]
    public async Task Update_OfOneVersionByAHundred_IsWonByOne()
    {
        await InsertAsync(Accounts.Write("a"));
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 100).Select(async i =>
            (Name: $"writer {i}", Won: await UpdateAsync(1, Accounts.Write("a", name: $"writer {i}", version: 2)))));
        var winner = outcomes.Where(outcome => outcome.Won).ShouldHaveSingleItem();
        var stored = await FindAsync("a");
        (Accounts.NameOf(stored), stored!.Version).ShouldBe((winner.Name, 2L));
    }

    [Fact]
    public async Task Delete_OfNothing_IsFalse()
    {
        await InsertAsync(Accounts.Write("a"));
        (await DeleteAsync("b")).ShouldBeFalse();
        (await DeleteAsync("a")).ShouldBeTrue();
        (await DeleteAsync("a")).ShouldBeFalse();
    }

    [Fact]
    public async Task Counter_IncrementedByManyAtOnce_LosesNoIncrement()
    {
        // Two stores, since with PostgreSQL the other changes may come from another process.
        await using var second = Engine is PostgresEngine
            ? await Engine.OpenAsync(Address, [Accounts.Kind], Token)
            : null;
        string[] organizations = [Acme, Other, "third"];
        foreach (var organization in organizations)
            await InsertIntoAsync(organization, Accounts.Write("counter", name: "0"));

        await Task.WhenAll(Enumerable.Range(0, 300).Select(i =>
            IncrementAsync(i % 2 == 0 ? Store : second ?? Store, organizations[i % 3])));

        foreach (var organization in organizations)
            Accounts.NameOf(await FindAsync("counter", organization)).ShouldBe("100");
    }

    private static Task<bool> IncrementAsync(IDocumentStore store, string organization) => store.TransactAsync(
        organization,
        async change =>
        {
            var stored = (await change.FindAsync(Accounts.Kind, organization, "counter", Token))!;
            var count = int.Parse(Accounts.NameOf(stored)!, CultureInfo.InvariantCulture) + 1;
            var write = Accounts.Write(
                "counter", name: count.ToString(CultureInfo.InvariantCulture), version: stored.Version + 1);
            return await change.UpdateAsync(Accounts.Kind, organization, stored.Version, write, Token);
        },
        Token);
}
