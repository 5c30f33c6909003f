using System.Security.Cryptography;
using System.Text;
using NodaTime;
using Tallystick.Resources.Files;

namespace Tallystick.Storage.Tests.Files;

/// <summary>The conformance suite of the file seam: an engine is right when it passes.</summary>
public abstract class FileStoreSuite
{
    protected static readonly FileKey Key = FileKey.Of("reports", "acme", "one.csv");

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected SetClock Clock { get; } = new();

    protected IFileStore Store { get; set; } = null!;

    /// <summary>Closes the store and opens it again as a restart would; does nothing where there is none.</summary>
    protected abstract void Reopen();

    [Fact]
    public async Task File_Put_IsReadAndFoundWithWhatIsKnownOfIt()
    {
        var expiry = Clock.Now + Duration.FromDays(1);
        var terms = new FileTerms { MaxLength = 100, ContentType = "text/csv; charset=utf-8", Expiry = expiry };

        var stored = await Store.PutAsync(Key, Text("a,b\n"), terms, Token);

        stored.ShouldBe(new StoredFile(Key, 4, Sha256("a,b\n"), "text/csv; charset=utf-8", expiry));
        Reopen();
        (await Store.FindAsync(Key, Token)).ShouldBe(stored);
        using var opened = await Store.OpenAsync(Key, Token);
        opened!.File.ShouldBe(stored);
        (await ReadAsync(opened)).ShouldBe("a,b\n");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(128 * 1024)]
    [InlineData(300_001)]
    public async Task File_OfAnyLength_ComesBackByteForByte(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);

        await Store.PutAsync(Key, new DribblingStream(bytes), new FileTerms { MaxLength = length }, Token);

        using var opened = await Store.OpenAsync(Key, Token);
        using var copy = new MemoryStream();
        await opened!.Content.CopyToAsync(copy, Token);
        copy.ToArray().ShouldBe(bytes);
    }

    [Theory]
    [InlineData("12345", 0, 4)]
    [InlineData("12345", 6, 9)]
    [InlineData("", 1, 1)]
    public async Task Put_OfAnotherLength_LeavesTheFormerFile(string content, long min, long max)
    {
        await PutAsync(Key, "former");

        await Should.ThrowAsync<FileLengthException>(() => Store.PutAsync(
            Key, Text(content), new FileTerms { MinLength = min, MaxLength = max }, Token));

        (await ReadAsync(Key)).ShouldBe("former");
    }

    [Fact]
    public async Task Put_WhoseSourceFails_LeavesNothingAndPassesTheFaultOn()
    {
        // An IOException of the source is no fault of the engine.
        await Should.ThrowAsync<EndOfStreamException>(() => Store.PutAsync(
            Key, new DribblingStream(new byte[1000]) { FailsAtEnd = true }, new FileTerms { MaxLength = 9999 }, Token));

        (await Store.FindAsync(Key, Token)).ShouldBeNull();
        (await ListAsync("reports")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Put_OverAFile_ReplacesItForNewReadersOnly()
    {
        await PutAsync(Key, "first");
        using var reading = await Store.OpenAsync(Key, Token);

        await PutAsync(Key, "second");

        (await ReadAsync(reading!)).ShouldBe("first");
        (await ReadAsync(Key)).ShouldBe("second");
    }

    [Fact]
    public async Task Delete_OfAFile_LeavesOthersAndWhoReadsIt()
    {
        var other = FileKey.Of("reports", "acme", "two.csv");
        await PutAsync(Key, "1");
        await PutAsync(other, "2");
        using var reading = await Store.OpenAsync(Key, Token);

        (await Store.DeleteAsync(Key, Token)).ShouldBeTrue();
        (await Store.DeleteAsync(Key, Token)).ShouldBeFalse();

        Reopen();
        (await Store.OpenAsync(Key, Token)).ShouldBeNull();
        (await ReadAsync(reading!)).ShouldBe("1");
        (await ReadAsync(other)).ShouldBe("2");
    }

    [Fact]
    public async Task File_WhoseExpiryHasCome_IsGoneAtOnceAndSwept()
    {
        var (lasting, longer) = (FileKey.Of("reports", "acme", "lasting"), FileKey.Of("other", "beta", "longer"));
        await PutAsync(Key, "1", Clock.Now + Duration.FromMinutes(1));
        await PutAsync(lasting, "2");
        await PutAsync(longer, "3", Clock.Now + Duration.FromMinutes(2));
        (await Store.DeleteExpiredAsync(Token)).ShouldBe(0);

        Clock.Now += Duration.FromMinutes(1);

        (await Store.FindAsync(Key, Token)).ShouldBeNull();
        (await Store.OpenAsync(Key, Token)).ShouldBeNull();
        (await Store.DeleteAsync(FileKey.Of("reports", "acme", "nothing"), Token)).ShouldBeFalse();
        (await ListAsync("reports")).ShouldBe(["reports/acme/lasting"]);
        (await Store.DeleteExpiredAsync(Token)).ShouldBe(1);
        (await Store.DeleteExpiredAsync(Token)).ShouldBe(0);
        Clock.Now += Duration.FromDays(10_000);
        (await Store.DeleteExpiredAsync(Token)).ShouldBe(1);
        (await ReadAsync(lasting)).ShouldBe("2");
    }

    [Fact]
    public async Task File_PutAgainAfterItsExpiry_IsThereAndNotSwept()
    {
        await PutAsync(Key, "1", Clock.Now);
        (await Store.FindAsync(Key, Token)).ShouldBeNull();

        await PutAsync(Key, "2");

        (await Store.DeleteExpiredAsync(Token)).ShouldBe(0);
        (await ReadAsync(Key)).ShouldBe("2");
    }

    [Fact]
    public async Task Organization_AllDeleted_HasNoFilesOfAnyKindAndOthersKeepTheirs()
    {
        await PutAsync(FileKey.Of("reports", "acme", "a/b"), "1");
        await PutAsync(FileKey.Of("uploads", "acme", "c"), "2", Clock.Now);
        await PutAsync(FileKey.Of("reports", "acme2", "a"), "3");
        await PutAsync(FileKey.Of("acme", "beta", "a"), "4");

        await Store.DeleteAllAsync("acme", Token);
        await Store.DeleteAllAsync("nobody", Token);
        Reopen();

        (await ListAsync("reports")).ShouldBeEmpty();
        (await Store.DeleteExpiredAsync(Token)).ShouldBe(0);
        (await ReadAsync(FileKey.Of("reports", "acme2", "a"))).ShouldBe("3");
        (await ReadAsync(FileKey.Of("acme", "beta", "a"))).ShouldBe("4");
    }

    [Fact]
    public async Task List_OfAPrefix_HasItsKeysInOrderAndPages()
    {
        string[] ids = ["a", "a-b", "a.b", "a/b", "a0", "b/c/d", "b/c0", "ab"];
        foreach (var id in ids)
            await PutAsync(FileKey.Of("reports", "acme", id), id);
        await PutAsync(FileKey.Of("reports", "acme2", "a"), "x");
        await PutAsync(FileKey.Of("reports2", "acme", "a"), "x");
        var all = ids.Select(id => $"reports/acme/{id}").Order(StringComparer.Ordinal).ToList();

        (await ListAsync("reports")).ShouldBe(all);
        (await ListAsync("reports", "b/")).ShouldBe(["reports/acme/b/c/d", "reports/acme/b/c0"]);
        (await ListAsync("reports", "b/c/d/e")).ShouldBeEmpty();
        (await ListAsync("nothing")).ShouldBeEmpty();
        for (var size = 1; size <= ids.Length + 1; size++)
        {
            var paged = new List<string>();
            IReadOnlyList<StoredFile> page;
            do
            {
                page = await Store.ListAsync(
                    new FilePrefix("reports", "acme"), paged.Count == 0 ? null : FileKey.TryParse(paged[^1]), size,
                    Token);
                paged.AddRange(page.Select(file => file.Key.Text));
            }
            while (page.Count == size);
            paged.ShouldBe(all, $"pages of {size}");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Store_AfterRandomWork_HasWhatWasPut(int seed)
    {
        var random = new Random(seed);
        var oracle = new SortedDictionary<string, (string Text, Instant? Expiry)>(StringComparer.Ordinal);
        for (var step = 0; step < 300; step++)
        {
            var key = FileKey.Of("reports", "acme", $"{random.Next(4)}/{random.Next(4)}");
            switch (random.Next(8))
            {
                case < 4:
                    Instant? expiry =
                        random.Next(2) == 0 ? null : Clock.Now + Duration.FromMinutes(random.Next(-1, 5));
                    await PutAsync(key, $"{step}", expiry);
                    oracle[key.Text] = ($"{step}", expiry);
                    break;
                case 4:
                    (await Store.DeleteAsync(key, Token)).ShouldBe(Exists(key));
                    oracle.Remove(key.Text);
                    break;
                case 5:
                    Clock.Now += Duration.FromMinutes(1);
                    break;
                case 6:
                    var expired = oracle.Keys.Where(text => !Exists(FileKey.TryParse(text)!)).ToList();
                    (await Store.DeleteExpiredAsync(Token)).ShouldBe(expired.Count);
                    expired.ForEach(text => oracle.Remove(text));
                    break;
                default:
                    Reopen();
                    break;
            }
            (await Store.OpenAsync(key, Token) is { } opened ? await ReadAsync(opened) : null)
                .ShouldBe(Exists(key) ? oracle[key.Text].Text : null, $"step {step}");
        }
        (await ListAsync("reports")).ShouldBe(oracle.Keys.Where(text => Exists(FileKey.TryParse(text)!)));

        bool Exists(FileKey key) =>
            oracle.TryGetValue(key.Text, out var one) && (one.Expiry is null || one.Expiry > Clock.Now);
    }

    protected static Stream Text(string text) => new MemoryStream(Encoding.UTF8.GetBytes(text));

    protected Task<StoredFile> PutAsync(FileKey key, string text, Instant? expiry = null) =>
        Store.PutAsync(key, Text(text), new FileTerms { MaxLength = 1000, Expiry = expiry }, Token);

    protected async Task<string> ReadAsync(FileKey key) => await ReadAsync((await Store.OpenAsync(key, Token))!);

    private static async Task<string> ReadAsync(OpenedFile file)
    {
        using (file)
        {
            using var reader = new StreamReader(file.Content);
            return await reader.ReadToEndAsync(Token);
        }
    }

    protected async Task<List<string>> ListAsync(string kind, string start = "") =>
        [.. (await Store.ListAsync(new FilePrefix(kind, "acme", start), null, 1000, Token))
            .Select(file => file.Key.Text)];

    private static string Sha256(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}

/// <summary>The reference passes its own suite.</summary>
public sealed class MemoryFileStoreTests : FileStoreSuite
{
    public MemoryFileStoreTests() => Store = new MemoryFileStore(Clock);

    protected override void Reopen()
    {
    }
}
