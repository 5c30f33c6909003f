using System.Text;
using Tallystick.Storage.Documents;
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
        (await ReadSettingAsync("journal_mode")).ShouldBe("wal");
        (await ReadSettingAsync("synchronous")).ShouldBe("2", "FULL");

        async Task<string> ReadSettingAsync(string name) => (await writer.ReadAsync(
            new SqlText().Append($"PRAGMA {name}"), row => row.GetString(0), Token)).Single();
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

    private static async Task<string> OpenFailsAsync(string path)
    {
        await using var engine = new SqliteEngine();
        return (await Should.ThrowAsync<StoreUnavailableException>(engine.OpenAsync(path, [], Token))).Message;
    }
}
