using System.Text;
using Tallystick.Resources.Documents;
using Tallystick.Storage.Documents.Relational;
using Tallystick.Storage.Documents.Sqlite;
using Tallystick.Testing;

namespace Tallystick.Storage.Tests.Documents;

/// <summary>What concerns SQLite alone.</summary>
public sealed class SqliteStoreTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Sqlite_FileThatIsNoDatabase_IsUnavailable()
    {
        var path = _directory.File("documents.db");
        await File.WriteAllTextAsync(path, new string('x', 10_000), Encoding.UTF8, Token);
        (await OpenFailsAsync(path)).ShouldContain(path);
    }

    [Fact]
    public async Task Sqlite_DirectoryThatIsMissing_IsUnavailable() =>
        (await OpenFailsAsync(_directory.File("missing/documents.db"))).ShouldContain("missing");

    [Fact]
    public async Task Sqlite_Writer_FlushesItsLogWithEveryCommit()
    {
        await using var connections = new SqliteConnections(_directory.File("documents.db"));
        await using var writer = await connections.OpenWriterAsync(Token);
        await SqliteConnections.UseLogAsync(writer, Token);
        (await ReadSettingAsync("journal_mode")).ShouldBe("wal");
        (await ReadSettingAsync("synchronous")).ShouldBe("2", "FULL");

        async Task<string> ReadSettingAsync(string name) => (await writer.ReadAsync(
            new SqlText().Append($"PRAGMA {name}"), row => row.GetString(0), Token)).Single();
    }

    public static TheoryData<Condition?, string> WaysToDocuments => new()
    {
        { null, "sequence.idx (organization_id=?)" },
        { new Condition.In("id", ["a", "b"]), "id.key (organization_id=? AND id=?)" },
        { new Condition.In("id", [.. ManyValues]), "id.key (organization_id=? AND id=?)" },
        { new Condition.In("code", ["A", "B"]), "code.key (organization_id=? AND code=?)" },
        { Condition.Equal("name", "Acme"), "name.set (organization_id=? AND name=?)" },
        { new Condition.In("name", ["Acme", "Other"]), "name.set (organization_id=? AND name=?)" },
        { new Condition.In("name", [.. ManyValues]), "name.set (organization_id=? AND name=?)" },
        { Condition.Equal("status", "ACTIVE"), "status.set (organization_id=? AND status=?)" },
        {
            Condition.And(Condition.Equal("status", "ACTIVE"), new Condition.In("name", ["Acme", "Other"])),
            "name.set (organization_id=? AND name=?)"
        },
    };

    private static DocumentKind Members { get; } = Accounts.KindOf(
        new DocumentColumn("status", HasFewValues: true), new("code", IsUnique: true), new("name"));

    private static IEnumerable<string> ManyValues => Enumerable.Range(0, 1_000).Select(number => $"{number}");

    [Theory, MemberData(nameof(WaysToDocuments))]
    public async Task Sqlite_Query_ReadsOnlyWhatTheConditionFinds(Condition? condition, string way)
    {
        await using var engine = new SqliteEngine();
        var path = await engine.CreateAsync();
        await using var store = await engine.OpenAsync(path, [Members], Token);
        (await WayAsync(path, condition)).ShouldBe(way);
    }

    [Fact]
    public async Task Sqlite_OpenedAgain_WritesNothing()
    {
        await using var engine = new SqliteEngine();
        var path = await engine.CreateAsync();
        await (await engine.OpenAsync(path, [Members], Token)).DisposeAsync();
        var before = await File.ReadAllBytesAsync(path, Token);

        await using (await engine.OpenAsync(path, [Members], Token))
            (await File.ReadAllBytesAsync(path + "-wal", Token)).ShouldBeEmpty();
        (await File.ReadAllBytesAsync(path, Token)).ShouldBe(before);
    }

    [Fact]
    public async Task Sqlite_Analyzed_ReadsAsBefore()
    {
        await using var engine = new SqliteEngine();
        var path = await engine.CreateAsync();
        await using (var store = await engine.OpenAsync(path, [Members], Token))
        {
            await store.TransactAsync(
                "acme",
                async transaction =>
                {
                    await transaction.InsertAsync(Members, "acme", Accounts.WriteFor(Members, "a", "A", "Acme"), Token);
                    return true;
                },
                Token);
        }
        await engine.ExecuteAsync(path, "ANALYZE", Token);
        (await WayAsync(path, new Condition.In("name", ["Acme", "Other"]))).ShouldStartWith("sequence.idx");

        await using var again = await engine.OpenAsync(path, [Members], Token);
        (await WayAsync(path, new Condition.In("name", ["Acme", "Other"]))).ShouldStartWith("name.set");
    }

    [Fact]
    public async Task Sqlite_Disposed_RefusesUse()
    {
        await using var engine = new SqliteEngine();
        var store = await engine.OpenAsync(await engine.CreateAsync(), [Accounts.Kind], Token);
        await store.DisposeAsync();
        await store.DisposeAsync();
        await Should.ThrowAsync<ObjectDisposedException>(
            store.FindAsync(Accounts.Kind, "acme", "a", Token).AsTask());
        await Should.ThrowAsync<ObjectDisposedException>(
            store.TransactAsync("acme", _ => ValueTask.FromResult(true), Token));
    }

    // The index that is searched, and by what.
    private static async Task<string> WayAsync(string path, Condition? condition)
    {
        await using var connections = new SqliteConnections(path);
        await using var reader = await connections.RentReaderAsync(Token);
        var query = new DocumentStatements(new SqliteDialect()).Query(
            new TableLayout(Members), "acme", new DocumentQuery { Where = condition });
        var plan = await reader.Runner.ReadAsync(
            new SqlText().Append("EXPLAIN QUERY PLAN ").Append(query), row => row.GetString(3), Token);
        return plan[0].Replace("sqlite_autoindex_account_1", "account.id.key", StringComparison.Ordinal)
            .Replace("SEARCH account USING INDEX account.", "", StringComparison.Ordinal);
    }

    private static async Task<string> OpenFailsAsync(string path)
    {
        await using var engine = new SqliteEngine();
        return (await Should.ThrowAsync<StoreUnavailableException>(engine.OpenAsync(path, [], Token))).Message;
    }
}
