using System.Globalization;
using System.Runtime.Versioning;
using Tallystick.Resources.Documents;
using Tallystick.Testing;

namespace Tallystick.Storage.Tests;

[UnsupportedOSPlatform("windows")]
public sealed class DataDirectoryTests : IDisposable
{
    private readonly TemporaryDirectory _temporary = new();

    private string Path => _temporary.File("data");

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void DataDirectory_New_IsReadableByItsOwnerOnly()
    {
        using var directory = DataDirectory.Open(Path);
        directory.Path.ShouldBe(Path);
        File.GetUnixFileMode(Path).ShouldBe(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Fact]
    public void DataDirectory_OpenToOthers_IsClosedToThem()
    {
        Directory.CreateDirectory(Path);
        File.SetUnixFileMode(Path, File.GetUnixFileMode(Path) | UnixFileMode.OtherRead | UnixFileMode.GroupRead);
        using var directory = DataDirectory.Open(Path);
        File.GetUnixFileMode(Path).ShouldBe(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Fact]
    public void DataDirectory_FilesOpenToOthers_AreClosedToThemButNotWhereALinkLeads()
    {
        const UnixFileMode open = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead;
        var (inside, outside) = (System.IO.Path.Combine(Path, "inner", "file"), _temporary.File("outside/file"));
        foreach (var path in new[] { inside, outside })
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
            File.WriteAllText(path, "");
            File.SetUnixFileMode(path, open);
        }
        Directory.CreateSymbolicLink(System.IO.Path.Combine(Path, "link"), _temporary.File("outside"));

        using var directory = DataDirectory.Open(Path);

        File.GetUnixFileMode(inside).ShouldBe(open & ~UnixFileMode.OtherRead);
        File.GetUnixFileMode(outside).ShouldBe(open);
    }

    [Fact]
    public void DataDirectory_HeldByThisProcess_IsRefused()
    {
        using var directory = DataDirectory.Open(Path);
        var refusal = Should.Throw<StoreUnavailableException>(() => DataDirectory.Open(Path));
        refusal.Message.ShouldContain(Path);
        refusal.Message.ShouldContain(Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
    }

    [Fact]
    public void DataDirectory_Disposed_OpensAgain()
    {
        DataDirectory.Open(Path).Dispose();
        DataDirectory.Open(Path).Dispose();
    }

    [Fact]
    public void DataDirectory_PathOfAFile_IsRefused()
    {
        File.WriteAllText(Path, "");
        Should.Throw<StoreUnavailableException>(() => DataDirectory.Open(Path)).Message.ShouldContain(Path);
    }

    [Fact]
    public async Task DataDirectory_HolderKilled_OpensAgain()
    {
        var token = TestContext.Current.CancellationToken;
        using var holder = new ChildProcess(DirectoryHolder.Command, Path);
        (await holder.ReadLineAsync(token)).ShouldBe("held");
        Should.Throw<StoreUnavailableException>(() => DataDirectory.Open(Path)).Message
            .ShouldContain($"process {holder.Id}");

        await holder.KillAsync(token);

        DataDirectory.Open(Path).Dispose();
    }
}
