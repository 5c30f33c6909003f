using System.Runtime.Versioning;
using Tallystick.Resources.Documents;
using Tallystick.Resources.Files;
using Tallystick.Storage.Files;
using Tallystick.Testing;

namespace Tallystick.Storage.Tests.Files;

/// <summary>The engine in a directory: the suite, crashes, faults of the disk and damage.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class DirectoryFileStoreTests : FileStoreSuite, IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public DirectoryFileStoreTests() => Reopen();

    private string Root => _directory.File("files");

    public void Dispose() => _directory.Dispose();

    protected override void Reopen() => Store = DirectoryFileStore.Open(Root, Clock);

    [Fact]
    public void Open_WithoutAFile_CreatesNothing() => Directory.Exists(Root).ShouldBeFalse();

    [Fact]
    public async Task Files_Put_AreReadableByTheirOwnerOnly()
    {
        await PutAsync(FileKey.Of("reports", "acme", "a/b"), "1");

        File.GetUnixFileMode(Path.Combine(Root, "reports", "acme", "a~b"))
            .ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        foreach (var folder in Directory.GetDirectories(Root, "*", SearchOption.AllDirectories).Append(Root))
            File.GetUnixFileMode(folder).ShouldBe(
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, folder);
    }

    [Fact]
    public async Task Put_CutOffByACrash_LeavesNothingVisibleAndIsClearedAtTheNextOpening()
    {
        await PutAsync(Key, "whole");
        var half = new TaskCompletionSource();
        var putting = Store.PutAsync(Key, new WaitingStream(half.Task), new FileTerms { MaxLength = 1000 }, Token);
        var aside = Path.Combine(Root, DirectoryFileStore.AsideName);
        Directory.GetFiles(aside).Length.ShouldBe(1);
        // What a killed process leaves.
        File.Copy(Directory.GetFiles(aside).Single(), Path.Combine(aside, "left"));
        half.SetException(new OperationCanceledException());
        await Should.ThrowAsync<OperationCanceledException>(() => putting);
        Directory.GetFiles(aside).Select(Path.GetFileName).ShouldBe(["left"]);
        (await ReadAsync(Key)).ShouldBe("whole");
        (await ListAsync("reports")).ShouldBe([Key.Text]);

        Reopen();

        Directory.Exists(aside).ShouldBeFalse();
        (await ReadAsync(Key)).ShouldBe("whole");
    }

    [Fact]
    public async Task Directory_ThatCannotBeUsed_IsAnOutageUntilItCan()
    {
        // Fails for every user, as a full disk does.
        await File.WriteAllTextAsync(Root, "", Token);

        (await Should.ThrowAsync<StoreOutageException>(() => PutAsync(Key, "1"))).Message
            .ShouldStartWith("The file store is unavailable: ");

        File.Delete(Root);
        await PutAsync(Key, "1");
        (await ReadAsync(Key)).ShouldBe("1");
    }

    [Fact]
    public async Task File_ThatCannotBeRead_IsAnOutage()
    {
        await PutAsync(Key, "1");
        var path = Path.Combine(Root, "reports", "acme", "one.csv");
        File.Delete(path);
        Directory.CreateDirectory(path);

        await Should.ThrowAsync<StoreOutageException>(async () => await Store.OpenAsync(Key, Token));
        await Should.ThrowAsync<StoreOutageException>(async () => await PutAsync(Key, "2"));
        Directory.GetFiles(Path.Combine(Root, DirectoryFileStore.AsideName)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(11)]
    [InlineData(60)]
    public async Task File_CutShort_IsRefusedByNameAndHidesNoOther(int bytes)
    {
        await PutAsync(Key, "1");
        await PutAsync(FileKey.Of("reports", "acme", "two"), "2");
        var path = Path.Combine(Root, "reports", "acme", "one.csv");
        await File.WriteAllBytesAsync(path, (await File.ReadAllBytesAsync(path, Token))[..bytes], Token);

        (await Should.ThrowAsync<StoreUnavailableException>(async () => await Store.OpenAsync(Key, Token))).Message
            .ShouldContain(path);
        (await ListAsync("reports")).ShouldBe(["reports/acme/two"]);
        (await Store.DeleteExpiredAsync(Token)).ShouldBe(0);
        (await Store.DeleteAsync(Key, Token)).ShouldBeTrue();
        (await Store.FindAsync(Key, Token)).ShouldBeNull();
    }

    [Fact]
    public async Task Names_OfOtherFiles_AreNoKeys()
    {
        await PutAsync(Key, "1");
        foreach (var name in new[] { "README.md", ".hidden", "a b" })
            await File.WriteAllTextAsync(Path.Combine(Root, "reports", "acme", name), "x", Token);

        (await ListAsync("reports")).ShouldBe([Key.Text]);
        (await Store.DeleteExpiredAsync(Token)).ShouldBe(0);
    }

    /// <summary>Gives some bytes and then waits.</summary>
    private sealed class WaitingStream(Task until) : MemoryStream([1, 2, 3])
    {
        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = Read(buffer.Span);
            if (read == 0)
                await until;
            return read;
        }
    }
}
