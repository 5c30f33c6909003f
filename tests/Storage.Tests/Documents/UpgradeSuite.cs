using Tallystick.Resources.Documents;

namespace Tallystick.Storage.Tests.Documents;

public sealed class SqliteUpgradeTests() : UpgradeSuite(new SqliteEngine());

public sealed class PostgresUpgradeTests() : UpgradeSuite(new PostgresEngine());

/// <summary>A store follows the kinds of the program that opens it, and refuses one that is too old for it.</summary>
public abstract class UpgradeSuite(StoreEngine engine) : DocumentStoreSuite(engine)
{
    private static readonly DocumentKind CodeOnly = Accounts.KindOf(new DocumentColumn("code", IsUnique: true));
    private static readonly DocumentKind UniqueName = Accounts.KindOf(new("code", true), new("name", true));
    private static readonly DocumentKind PlainCode = Accounts.KindOf(new DocumentColumn("code"), new("name"));

    [Fact]
    public async Task Column_Added_IsFilledFromTheDocuments()
    {
        var fresh = Accounts.KindOf(new DocumentColumn("name")) with { Name = "fresh" };
        var bare = Accounts.KindOf() with { Name = "fresh" };
        await ReopenAsync(bare);
        // More than a page of the backfill, in two organizations.
        foreach (var organization in new[] { Acme, Other })
        {
            await ChangeAsync(
                async change =>
                {
                    for (var i = 0; i < 700; i++)
                    {
                        var write = Accounts.WriteFor(bare, $"{i}", name: i % 2 == 0 ? $"name {i}" : null);
                        await change.InsertAsync(bare, organization, write, Token);
                    }
                },
                organization);
        }

        await ReopenAsync(Accounts.Kind, fresh);

        foreach (var organization in new[] { Acme, Other })
        {
            (await CountAsync(fresh, organization, new Condition.Compare("name", Comparison.StartsWith, "name ")))
                .ShouldBe(350);
            (await CountAsync(fresh, organization, Condition.Equal("name", "name 698"))).ShouldBe(1);
            (await CountAsync(fresh, organization, new Condition.Missing("name"))).ShouldBe(350);
        }
    }

    [Fact]
    public async Task Column_DroppedAndDeclaredAgain_IsFilledAnew()
    {
        await InsertAsync(Accounts.Write("a", name: "old"));
        await ReopenAsync(CodeOnly);
        await ChangeAsync(change => WriteWithoutNameAsync(change, "a", "new"));

        await ReopenAsync();

        (await IdsAsync(Condition.Equal("name", "new"))).ShouldBe(["a"]);
        (await IdsAsync(Condition.Equal("name", "old"))).ShouldBeEmpty();

        static async ValueTask WriteWithoutNameAsync(IDocumentTransaction change, string id, string name) =>
            (await change.UpdateAsync(
                CodeOnly, Acme, 1, Accounts.WriteFor(CodeOnly, id, name: name, version: 2), Token)).ShouldBeTrue();
    }

    [Fact]
    public async Task UniqueColumn_DroppedThenDeclaredAgainWithValuesSwapped_IsFilledAnew()
    {
        await ReopenAsync(UniqueName);
        await InsertAsync(Accounts.Write("a", name: "one"), Accounts.Write("b", name: "two"));
        await ReopenAsync(CodeOnly);
        await ChangeAsync(async change =>
        {
            foreach (var (id, name) in new[] { ("a", "two"), ("b", "one") })
                await change.UpdateAsync(CodeOnly, Acme, 1, Accounts.WriteFor(CodeOnly, id, name: name), Token);
            await change.InsertAsync(CodeOnly, Acme, Accounts.WriteFor(CodeOnly, "c"), Token);
        });

        await ReopenAsync(UniqueName);

        (await IdsAsync(Condition.Equal("name", "two"))).ShouldBe(["a"]);
        await Should.ThrowAsync<DuplicateKeyException>(InsertAsync(Accounts.Write("d", name: "one")));
    }

    [Fact]
    public async Task Column_NoLongerUnique_TakesEqualValues()
    {
        await InsertAsync(Accounts.Write("a", "code"));
        await ReopenAsync(PlainCode);
        await InsertAsync(Accounts.Write("b", "code"));
        (await IdsAsync(Condition.Equal("code", "code"))).ShouldBe(["b", "a"]);
    }

    [Fact]
    public async Task Column_NowUnique_RefusesEqualValues()
    {
        await InsertAsync(Accounts.Write("a", name: "one"));
        await ReopenAsync(UniqueName);
        var refusal = await Should.ThrowAsync<DuplicateKeyException>(InsertAsync(Accounts.Write("b", name: "one")));
        refusal.Column.ShouldBe("name");
    }

    [Fact]
    public async Task Column_NowUniqueButWithEqualValues_IsRefusedAndNothingIsLost()
    {
        await InsertAsync(Accounts.Write("a", name: "one"), Accounts.Write("b", name: "one"));
        var refusal = await Should.ThrowAsync<StoreUnavailableException>(ReopenAsync(UniqueName));
        refusal.Message.ShouldContain("name");
        await ReopenAsync();
        (await IdsAsync(Condition.Equal("name", "one"))).ShouldBe(["b", "a"]);
    }

    [Fact]
    public async Task Index_OfAnOlderVersion_IsReplaced()
    {
        await InsertAsync(Accounts.Write("a", name: "one"));
        await Store.DisposeAsync();
        await Engine.ExecuteAsync(
            Address,
            $"CREATE INDEX \"account.name.idx\" ON {Engine.Table("account")} (organization_id, name, sequence)",
            Token);
        await ReopenAsync();

        (await IndexesAsync()).ShouldBe(
            ["account.code.key", "account.id.key", "account.name.set", "account.sequence.idx"]);
        (await IdsAsync(Condition.Equal("name", "one"))).ShouldBe(["a"]);
    }

    [Fact]
    public async Task Column_WithoutAnIndex_IsSearchedAllTheSame()
    {
        var kind = Accounts.KindOf(new DocumentColumn("code", IsUnique: true), new("name", IsIndexed: false));
        await InsertAsync(Accounts.Write("a", name: "one"), Accounts.Write("b", name: "two"));
        await ReopenAsync(kind);

        (await IndexesAsync()).ShouldNotContain("account.name.set");
        (await IdsAsync(Condition.Equal("name", "two"))).ShouldBe(["b"]);
    }

    [Fact]
    public async Task Store_OfANewerFormat_IsRefused()
    {
        await Store.DisposeAsync();
        await Engine.ExecuteAsync(Address, $"INSERT INTO {Engine.Table("_format")} (version) VALUES (1000)", Token);
        var refusal = await Should.ThrowAsync<StoreUnavailableException>(
            Engine.OpenAsync(Address, [Accounts.Kind], Token));
        refusal.Message.ShouldContain("1000");
        refusal.Message.ShouldContain("newer");
    }

    [Fact]
    public async Task Store_OpenedWithAKindOfTheFuture_KeepsTablesItDoesNotKnow()
    {
        await InsertAsync(Accounts.Write("a"));
        await ReopenAsync(new DocumentKind("plan", [], _ => []));
        await ReopenAsync();
        (await IdsAsync()).ShouldBe(["a"]);
    }

    [Theory]
    [InlineData("account\" --", "name")]
    [InlineData("Account", "name")]
    [InlineData("account", "na me")]
    [InlineData("account", "document")]
    [InlineData("account", "name\n")]
    [InlineData("a_kind_with_a_name_of_some_length", "and_a_column_with_a_name_of_some_length")]
    public async Task Names_MalformedReservedOrTooLong_AreRefused(string kind, string column) =>
        await Should.ThrowAsync<ArgumentException>(
            Engine.OpenAsync(Address, [new DocumentKind(kind, [new(column)], _ => [null])], Token));

    [Fact]
    public async Task Names_ThatSqlReserves_AreUsable()
    {
        var kind = new DocumentKind("order", [new("group", true), new("select")], _ => [null, null]);
        await ReopenAsync(kind);
        await ChangeAsync(change => change.InsertAsync(
            kind, Acme, new DocumentWrite("a", 1, "{}"u8.ToArray(), ["x", "y"]), Token));
        (await CountAsync(kind, Acme, Condition.Equal("group", "x"))).ShouldBe(1);
    }

    [Fact]
    public async Task Kinds_DeclaredTwice_AreRefused() => await Should.ThrowAsync<ArgumentException>(
        Engine.OpenAsync(Address, [Accounts.Kind, Accounts.Kind], Token));

    // SQLite has a name of its own for the index of a primary key.
    private async Task<IEnumerable<string>> IndexesAsync() =>
        (await Engine.IndexesAsync(Address, "account", Token))
            .Select(name => name.StartsWith("sqlite_", StringComparison.Ordinal) ? "account.id.key" : name)
            .Order(StringComparer.Ordinal);

    private async Task<int> CountAsync(DocumentKind kind, string organization, Condition where) =>
        (await Store.QueryAsync(kind, organization, new DocumentQuery { Where = where }, Token)).Count;
}
