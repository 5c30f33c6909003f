using Tallystick.Resources.Documents;

namespace Tallystick.Storage.Tests.Documents;

public sealed class SqliteUniqueKeyTests() : UniqueKeySuite(new SqliteEngine());

public sealed class PostgresUniqueKeyTests() : UniqueKeySuite(new PostgresEngine());

public sealed class CachedUniqueKeyTests() : UniqueKeySuite(new CachedEngine(new SqliteEngine()));

/// <summary>Ids and values of unique columns belong to one document of an organization.</summary>
public abstract class UniqueKeySuite(StoreEngine engine) : DocumentStoreSuite(engine)
{
    [Fact]
    public async Task Id_Taken_IsRefused()
    {
        await InsertAsync(Accounts.Write("a", name: "first"));
        var refusal = await Should.ThrowAsync<DuplicateKeyException>(InsertAsync(Accounts.Write("a")));
        (refusal.Kind, refusal.Column).ShouldBe(("account", "id"));
        Accounts.NameOf(await FindAsync("a")).ShouldBe("first");
    }

    [Fact]
    public async Task UniqueColumn_TakenAtInsert_IsRefused()
    {
        await InsertAsync(Accounts.Write("a", "code"));
        var refusal = await Should.ThrowAsync<DuplicateKeyException>(InsertAsync(Accounts.Write("b", "code")));
        (refusal.Kind, refusal.Column).ShouldBe(("account", "code"));
        (await IdsAsync()).ShouldBe(["a"]);
    }

    [Fact]
    public async Task UniqueColumn_TakenAtUpdate_IsRefused()
    {
        await InsertAsync(Accounts.Write("a", "code"), Accounts.Write("b", "free"));
        var refusal = await Should.ThrowAsync<DuplicateKeyException>(
            UpdateAsync(1, Accounts.Write("b", "code", version: 2)));
        refusal.Column.ShouldBe("code");
        (await FindAsync("b"))!.Version.ShouldBe(1);
    }

    [Fact]
    public async Task UniqueColumn_AmongSeveral_IsTheOneNamed()
    {
        var kind = new DocumentKind(
            "plan", [new("code", true), new("code_long", true), new("long", true)], _ => [null, null, null]);
        await ReopenAsync(kind);
        await ChangeAsync(change => change.InsertAsync(kind, Acme, Plan("a", "1", "2", "3"), Token));
        foreach (var (column, write) in new[]
        {
            ("code", Plan("b", "1", null, null)), ("code_long", Plan("b", null, "2", null)),
            ("long", Plan("b", null, null, "3")), ("id", Plan("a", null, null, null)),
        })
        {
            var refusal = await Should.ThrowAsync<DuplicateKeyException>(
                ChangeAsync(change => change.InsertAsync(kind, Acme, write, Token)));
            refusal.Column.ShouldBe(column);
        }

        static DocumentWrite Plan(string id, params string?[] columns) => new(id, 1, "{}"u8.ToArray(), columns);
    }

    [Fact]
    public async Task UniqueColumn_FreedByDeleteOrUpdate_IsFree()
    {
        await InsertAsync(Accounts.Write("a", "one"), Accounts.Write("b", "two"));
        await DeleteAsync("a");
        (await UpdateAsync(1, Accounts.Write("b", "other", version: 2))).ShouldBeTrue();
        await InsertAsync(Accounts.Write("c", "one"), Accounts.Write("d", "two"));
        (await IdsAsync()).ShouldBe(["d", "c", "b"]);
    }

    [Fact]
    public async Task UniqueColumn_Kept_DoesNotClashWithItself()
    {
        await InsertAsync(Accounts.Write("a", "code"));
        (await UpdateAsync(1, Accounts.Write("a", "code", "new", 2))).ShouldBeTrue();
    }

    [Fact]
    public async Task UniqueColumn_MissingOrDifferingInCase_NeverClashes()
    {
        await InsertAsync(Accounts.Write("a"), Accounts.Write("b"));
        await InsertAsync(Accounts.Write("c", "code"), Accounts.Write("d", "Code"), Accounts.Write("e", "code "));
        (await IdsAsync()).Count.ShouldBe(5);
    }

    [Fact]
    public async Task Clash_Caught_LeavesTheChangeUsable()
    {
        await InsertAsync(Accounts.Write("a", "code"));
        await ChangeAsync(async change =>
        {
            await change.InsertAsync(Accounts.Kind, Acme, Accounts.Write("b"), Token);
            await Should.ThrowAsync<DuplicateKeyException>(
                change.InsertAsync(Accounts.Kind, Acme, Accounts.Write("c", "code"), Token).AsTask());
            await Should.ThrowAsync<DuplicateKeyException>(
                change.UpdateAsync(Accounts.Kind, Acme, 1, Accounts.Write("b", "code", version: 2), Token).AsTask());
            await change.InsertAsync(Accounts.Kind, Acme, Accounts.Write("d"), Token);
        });
        (await IdsAsync()).ShouldBe(["d", "b", "a"]);
    }

    [Fact]
    public async Task UniqueColumn_TakenByManyAtOnce_IsGivenToOne()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(async i =>
        {
            try
            {
                await InsertAsync(Accounts.Write($"a{i}", "code"));
                return true;
            }
            catch (DuplicateKeyException)
            {
                return false;
            }
        }));
        outcomes.Count(isInserted => isInserted).ShouldBe(1);
        (await IdsAsync()).Count.ShouldBe(1);
    }
}
