using System.Diagnostics;

namespace Tallystick.Repository.Tests.Sources;

/// <summary>A text file of the repository; its path is relative to the root, with forward slashes.</summary>
internal sealed record SourceFile(string Path, string Text)
{
    public string Name => Path[(Path.LastIndexOf('/') + 1)..];

    /// <summary>The folder, empty for the root.</summary>
    public string Folder => Path.Contains('/') ? Path[..Path.LastIndexOf('/')] : "";

    public string Extension => System.IO.Path.GetExtension(Name);

    /// <summary>The lines; the first is line 1.</summary>
    public IReadOnlyList<string> Lines => field ??= Text.TrimEnd('\n').Split('\n');

    /// <summary>C# without its comments and texts, line for line.</summary>
    public CSharpText Code => field ??= CSharpText.Of(Text);

    public bool IsUnder(string folder) => Path.StartsWith(folder + "/", StringComparison.Ordinal);
}

/// <summary>Files of a repository: the real one, or one that a test makes up.</summary>
internal sealed class FileTree(IReadOnlyList<SourceFile> files, IReadOnlyList<string> pictures)
{
    private const string Solution = "Tallystick.slnx";

    private static readonly string[] NotOurs = [".git", "artifacts", "bin", "obj", "data", "node_modules"];

    private static readonly Lazy<FileTree> RealTree = new(() => Read(FindRoot(AppContext.BaseDirectory)));

    /// <summary>The repository that this test was built in.</summary>
    public static FileTree Real => RealTree.Value;

    public IReadOnlyList<SourceFile> Files => files;

    public IEnumerable<SourceFile> CSharp => files.Where(file => file.Extension == ".cs");

    public IEnumerable<SourceFile> Projects => files.Where(file => file.Extension == ".csproj");

    public IEnumerable<SourceFile> Documents => files.Where(file => file.Extension == ".md");

    /// <summary>Every folder that holds a file, directly or deeper.</summary>
    public IReadOnlySet<string> Folders => field ??=
        files.SelectMany(file => Parents(file.Folder)).ToHashSet(StringComparer.Ordinal);

    public SourceFile? Find(string path) => files.FirstOrDefault(file => file.Path == path);

    /// <summary>Whether there is such a file or folder; also a file that is not text.</summary>
    public bool Has(string path) => Find(path) is not null || pictures.Contains(path) || Folders.Contains(path);

    /// <summary>A tree made up for a test.</summary>
    public static FileTree Of(params IEnumerable<(string Path, string Text)> files) =>
        new([.. files.Select(file => new SourceFile(file.Path, file.Text))], []);

    /// <summary>Reads a directory: what git tracks or would track, or without git all but what a build makes.</summary>
    public static FileTree Read(string root)
    {
        var paths = ListByGit(root) ?? ListByWalking(root);
        var files = paths.Order(StringComparer.Ordinal)
            .Select(path => (Path: path, Bytes: File.ReadAllBytes(Path.Combine(root, path))))
            .ToLookup(file => !file.Bytes.Contains((byte)0));
        return new(
            [.. files[true].Select(file => new SourceFile(file.Path, System.Text.Encoding.UTF8.GetString(file.Bytes)))],
            [.. files[false].Select(file => file.Path)]);
    }

    /// <summary>The nearest directory upwards with the solution in it.</summary>
    public static string FindRoot(string start)
    {
        for (var directory = new DirectoryInfo(start); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, Solution)))
                return directory.FullName;
        }
        throw new InvalidOperationException($"No directory above {start} holds {Solution}.");
    }

    private static IReadOnlyList<string>? ListByGit(string root)
    {
        if (!Path.Exists(Path.Combine(root, ".git")))
            return null;
        var start = new ProcessStartInfo("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        {
            WorkingDirectory = root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using var git = Process.Start(start)!;
            git.ErrorDataReceived += (_, _) => { };
            git.BeginErrorReadLine();
            var paths = git.StandardOutput.ReadToEnd().Split('\0', StringSplitOptions.RemoveEmptyEntries);
            git.WaitForExit();
            return git.ExitCode == 0
                ? [.. paths.Distinct().Where(path => File.Exists(Path.Combine(root, path)))]
                : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // There is no git on this machine.
            return null;
        }
    }

    private static IReadOnlyList<string> ListByWalking(string root)
    {
        var found = new List<string>();
        var waiting = new Stack<DirectoryInfo>([new DirectoryInfo(root)]);
        while (waiting.TryPop(out var directory))
        {
            found.AddRange(directory.EnumerateFiles()
                .Select(file => Path.GetRelativePath(root, file.FullName).Replace('\\', '/')));
            foreach (var inner in directory.EnumerateDirectories().Where(inner => !NotOurs.Contains(inner.Name)))
                waiting.Push(inner);
        }
        return found;
    }

    private static IEnumerable<string> Parents(string folder)
    {
        for (var end = folder.Length; end > 0; end = folder.LastIndexOf('/', end - 1))
            yield return folder[..end];
    }
}
