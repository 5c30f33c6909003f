using System.Diagnostics;
using Tallystick.Testing;

namespace Tallystick.Repository.Tests.Sources;

public sealed class FileTreeTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void FileTree_Real_HoldsThisFile()
    {
        var file = FileTree.Real.Find("tests/Repository.Tests/Sources/FileTreeTests.cs").ShouldNotBeNull();
        file.Lines[0].ShouldBe("using System.Diagnostics;");
        FileTree.Real.Folders.ShouldContain("src/Foundation/Values");
        FileTree.Real.Folders.ShouldNotContain("artifacts");
    }

    [Fact]
    public void FileTree_WithoutGit_LeavesOutWhatABuildMakes()
    {
        Write("src/A/A.cs", "artifacts/bin/A.dll", "data/documents.sqlite", "README.md");
        FileTree.Read(_directory.Path).Files.Select(file => file.Path).ShouldBe(["README.md", "src/A/A.cs"]);
    }

    [Fact]
    public void FileTree_WithGit_LeavesOutWhatIsIgnored()
    {
        Write("src/A.cs", "notes.local");
        File.WriteAllText(_directory.File(".gitignore"), "*.local\n");
        Process.Start(new ProcessStartInfo("git", ["init", "-q", _directory.Path]))!.WaitForExit();
        FileTree.Read(_directory.Path).Files.Select(file => file.Path).ShouldBe([".gitignore", "src/A.cs"]);
    }

    [Fact]
    public void FileTree_FileThatIsNoText_IsThereButNotRead()
    {
        Write("a.txt");
        File.WriteAllBytes(_directory.File("logo.png"), [0x89, 0x50, 0]);
        var tree = FileTree.Read(_directory.Path);
        tree.Files.ShouldHaveSingleItem().Path.ShouldBe("a.txt");
        tree.Has("logo.png").ShouldBeTrue();
        tree.Has("other.png").ShouldBeFalse();
    }

    [Fact]
    public void FindRoot_NoSolutionAbove_IsAnError() =>
        Should.Throw<InvalidOperationException>(() => FileTree.FindRoot(Path.GetPathRoot(_directory.Path)!));

    private void Write(params string[] paths)
    {
        foreach (var path in paths)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_directory.File(path))!);
            File.WriteAllText(_directory.File(path), "text\n");
        }
    }
}
