using System.Text;
using Tallystick.Resources.Documents;

namespace Tallystick.Storage.Tests.Documents;

public sealed class SqliteDocumentTests() : DocumentSuite(new SqliteEngine());

public sealed class PostgresDocumentTests() : DocumentSuite(new PostgresEngine());

public sealed class CachedDocumentTests() : DocumentSuite(new CachedEngine(new SqliteEngine()));

/// <summary>One document at a time: what is stored is what comes back, to its own organization only.</summary>
public abstract class DocumentSuite(StoreEngine engine) : DocumentStoreSuite(engine)
{
    [Theory]
    [InlineData("""{"b":1,  "a" : [ 1.50, 1e2 ],"b":2}""")]
    [InlineData("""{"text":"\u0000 \ud83d\ude00 😀 é é \u2028"}""")]
    [InlineData("""{"quote":"'; DROP TABLE account; --"}""")]
    [InlineData(" \n{\t}\r\n ")]
    public async Task Document_AnyJson_ComesBackByteForByte(string json)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        await InsertAsync(new DocumentWrite("a", 7, bytes, [null, null]));
        var found = (await FindAsync("a")).ShouldNotBeNull();
        found.Json.ToArray().ShouldBe(bytes);
        found.Version.ShouldBe(7);
    }

    [Fact]
    public async Task Document_OfAMegabyte_ComesBackByteForByte()
    {
        var bytes = Encoding.UTF8.GetBytes($"\"{new string('x', 1_000_000)}\"");
        await InsertAsync(new DocumentWrite("a", 1, bytes, [null, null]));
        (await FindAsync("a"))!.Json.Span.SequenceEqual(bytes).ShouldBeTrue();
    }

    [Fact]
    public async Task Document_Unknown_IsNotFound()
    {
        (await FindAsync("none")).ShouldBeNull();
        (await FindAsync("no\0ne")).ShouldBeNull();
        (await FindAsync("none", "no\0ne")).ShouldBeNull();
        (await IdsAsync(organization: "no\0ne")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Document_AfterRestart_IsThere()
    {
        await InsertAsync(Accounts.Write("a", "c", "n"));
        var before = await FindAsync("a");
        await ReopenAsync();
        var after = (await FindAsync("a")).ShouldNotBeNull();
        after.Json.ToArray().ShouldBe(before!.Json.ToArray());
        (after with { Json = before.Json }).ShouldBe(before);
    }

    [Fact]
    public async Task Sequence_AfterDeleteAndRestart_IsNeverUsedAgain()
    {
        await InsertAsync(Accounts.Write("a"));
        var first = (await FindAsync("a"))!.Sequence;
        await DeleteAsync("a");
        await ReopenAsync();
        await InsertAsync(Accounts.Write("a"));
        (await FindAsync("a"))!.Sequence.ShouldBeGreaterThan(first);
    }

    [Fact]
    public async Task Sequence_AfterUpdate_IsThatOfTheCreation()
    {
        await InsertAsync(Accounts.Write("a"), Accounts.Write("b"));
        var before = await FindAsync("a");
        (await UpdateAsync(1, Accounts.Write("a", name: "new", version: 2))).ShouldBeTrue();
        var after = (await FindAsync("a")).ShouldNotBeNull();
        (after.Sequence, after.Version, Accounts.NameOf(after)).ShouldBe((before!.Sequence, 2L, "new"));
        (await IdsAsync()).ShouldBe(["b", "a"]);
    }

    [Fact]
    public async Task Sequence_AfterChangesThatFailed_GoesOnGrowing()
    {
        await InsertAsync(Accounts.Write("a"));
        await Should.ThrowAsync<InvalidTimeZoneException>(ChangeAsync(async change =>
        {
            await change.InsertAsync(Accounts.Kind, Acme, Accounts.Write("b"), Token);
            throw new InvalidTimeZoneException();
        }));
        await InsertAsync(Accounts.Write("c"), Accounts.Write("d"));
        await ReopenAsync();
        await InsertAsync(Accounts.Write("e"));

        (await IdsAsync()).ShouldBe(["e", "d", "c", "a"]);
    }

    [Fact]
    public async Task Replacement_NamingItsFormerColumns_ChangesThoseThatDiffer()
    {
        var former = Accounts.Write("a", "old", "name");
        await InsertAsync(former, Accounts.Write("b", "taken", "name"));
        var next = Accounts.Write("a", "new", "name", version: 2);

        (await UpdateAsync(1, next with { Former = former.Columns })).ShouldBeTrue();
        (await IdsAsync(Condition.Equal("code", "new"))).ShouldBe(["a"]);
        (await IdsAsync(Condition.Equal("code", "old"))).ShouldBeEmpty();
        (await IdsAsync(Condition.Equal("name", "name"))).ShouldBe(["b", "a"]);

        (await UpdateAsync(1, next with { Former = former.Columns })).ShouldBeFalse();
        await Should.ThrowAsync<DuplicateKeyException>(UpdateAsync(
            2, Accounts.Write("a", "taken", version: 3) with { Former = next.Columns }));
        await Should.ThrowAsync<ArgumentException>(UpdateAsync(2, next with { Former = [null] }));
    }

    [Fact]
    public async Task Organizations_WithEqualIdsAndCodes_AreApart()
    {
        await InsertAsync(Accounts.Write("a", "code", "ours"));
        await InsertIntoAsync(Other, Accounts.Write("a", "code", "theirs"), Accounts.Write("b"));

        await DeleteAsync("b");
        await UpdateAsync(1, Accounts.Write("a", "code", "changed", version: 2));

        Accounts.NameOf(await FindAsync("a")).ShouldBe("changed");
        Accounts.NameOf(await FindAsync("a", Other)).ShouldBe("theirs");
        (await IdsAsync()).ShouldBe(["a"]);
        (await IdsAsync(organization: Other)).ShouldBe(["b", "a"]);
        (await IdsAsync(new DocumentQuery { Where = Condition.Or(Condition.And()) })).ShouldBe(["a"]);
    }

    [Fact]
    public async Task Transaction_WritingForAnotherOrganization_IsRefused()
    {
        await Should.ThrowAsync<ArgumentException>(ChangeAsync(
            change => change.InsertAsync(Accounts.Kind, Other, Accounts.Write("a"), Token)));
        (await IdsAsync(organization: Other)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("'; DROP TABLE account; --")]
    [InlineData("\"")]
    [InlineData("' OR '1'='1")]
    [InlineData("@p0 $1 ? :p0 \\' %_")]
    public async Task Values_ThatLookLikeSql_AreOnlyValues(string value)
    {
        await InsertIntoAsync(Other, Accounts.Write("secret", "secret"));
        await InsertIntoAsync(value, Accounts.Write(value, value, value));

        var found = await Store.QueryAsync(
            Accounts.Kind, value, new DocumentQuery { Where = Condition.Equal("code", value) }, Token);
        found.ShouldHaveSingleItem().Id.ShouldBe(value);
        Accounts.NameOf(await FindAsync(value, value)).ShouldBe(value);
        (await IdsAsync(new DocumentQuery { Where = Condition.Equal("id", value) })).ShouldBeEmpty();
        (await IdsAsync(organization: Other)).ShouldBe(["secret"]);
    }

    [Fact]
    public async Task Values_ThatNoEngineStores_AreRefused()
    {
        foreach (var value in new[] { "no\0ne", "half \ud83d", "half \ude00" })
        {
            await Should.ThrowAsync<ArgumentException>(InsertAsync(Accounts.Write(value)));
            await Should.ThrowAsync<ArgumentException>(
                InsertAsync(new DocumentWrite("a", 1, "{}"u8.ToArray(), [null, value])));
            (await DeleteAsync(value)).ShouldBeFalse();
            (await IdsAsync(Condition.Equal("name", value))).ShouldBeEmpty();
        }

        (await IdsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Value_OfTwoThousandBytes_IsTheLongest()
    {
        // Without a pattern that the engine could compress.
        var random = new Random(1);
        var longest = string.Concat(Enumerable.Range(0, 1_000).Select(_ => (char)random.Next(0x80, 0x7FF)));
        await InsertAsync(new DocumentWrite("a", 1, "{}"u8.ToArray(), [longest, longest]));
        (await IdsAsync(Condition.Equal("code", longest))).ShouldBe(["a"]);
        await Should.ThrowAsync<ArgumentException>(
            InsertAsync(new DocumentWrite("b", 1, "{}"u8.ToArray(), [null, longest + "x"])));
    }

    [Fact]
    public async Task Write_WithMissingColumns_IsRefused() => await Should.ThrowAsync<ArgumentException>(
        InsertAsync(new DocumentWrite("a", 1, "{}"u8.ToArray(), [null])));

    [Fact]
    public async Task Kind_TheStoreWasNotOpenedWith_IsRefused()
    {
        var unknown = new DocumentKind("unknown", [], _ => []);
        await Should.ThrowAsync<ArgumentException>(Store.FindAsync(unknown, Acme, "a", Token).AsTask());
    }
}
