using Tallystick.Resources.Documents;
using Tallystick.Storage.Measurements.Log;

namespace Tallystick.Storage.Backups;

/// <summary>The target directory of a backup. It has a temporary name until the copy is complete and on disk.</summary>
public sealed class BackupDirectory : IDisposable
{
    private const int BufferBytes = 1024 * 1024;

    private readonly string _target;
    private bool _isComplete;

    private BackupDirectory(string target, string path) => (_target, Path) = (target, path);

    /// <summary>Full path of the directory to write to.</summary>
    public string Path { get; }

    /// <summary>Prepares a copy of a directory.</summary>
    /// <param name="target">The target: a new path or an empty directory.</param>
    /// <param name="source">The directory that is copied.</param>
    /// <exception cref="StoreUnavailableException">The target cannot be used. The message says why.</exception>
    public static BackupDirectory Create(string target, string source)
    {
        var full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(target));
        var within = System.IO.Path.GetRelativePath(System.IO.Path.GetFullPath(source), full);
        if (within == "." || !within.StartsWith("..", StringComparison.Ordinal) && !System.IO.Path.IsPathRooted(within))
            throw Unusable(full, "it is inside the data directory");
        if (File.Exists(full) || Directory.Exists(full) && Directory.EnumerateFileSystemEntries(full).Any())
            throw Unusable(full, "it exists and is not an empty directory");
        try
        {
            var path = $"{full}.partial-{Guid.NewGuid():N}";
            CreateOwnerOnly(path);
            return new BackupDirectory(full, path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Unusable(full, failure.Message);
        }
    }

    /// <summary>Full path in the copy.</summary>
    public string In(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Copies the files of a directory recursively. Files may disappear during the copy.</summary>
    /// <param name="source">The directory; nothing is copied if it does not exist.</param>
    /// <param name="name">Its name in the copy.</param>
    /// <param name="isLeftOut">Names of entries to skip.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    public async Task CopyAllAsync(
        string source, string name, Func<string, bool> isLeftOut, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(source))
            return;
        CreateOwnerOnly(In(name));
        foreach (var entry in new DirectoryInfo(source).EnumerateFileSystemInfos())
        {
            var path = System.IO.Path.Combine(name, entry.Name);
            if (isLeftOut(entry.Name))
                continue;
            if (entry is DirectoryInfo)
                await CopyAllAsync(entry.FullName, path, isLeftOut, cancellationToken);
            else
                await TryCopyAsync(entry.FullName, path, cancellationToken);
        }
    }

    /// <summary>Copies the first bytes of a file.</summary>
    /// <param name="source">The file.</param>
    /// <param name="name">Its name in the copy.</param>
    /// <param name="bytes">How many bytes.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <exception cref="EndOfStreamException">The file has fewer bytes.</exception>
    public async Task CopyAsync(string source, string name, long bytes, CancellationToken cancellationToken)
    {
        await using var from = new FileStream(
            source, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        await using var to = new FileStream(In(name), OwnerOnly());
        var buffer = new byte[BufferBytes];
        for (var rest = bytes; rest > 0;)
        {
            var part = buffer.AsMemory(0, (int)Math.Min(buffer.Length, rest));
            part = part[..await from.ReadAsync(part, cancellationToken)];
            if (part.IsEmpty)
                throw new EndOfStreamException($"{source} was truncated while it was being copied.");
            await to.WriteAsync(part, cancellationToken);
            rest -= part.Length;
        }
        to.Flush(flushToDisk: true);
    }

    /// <summary>Renames the copy to its final name after all of it is on disk.</summary>
    /// <exception cref="StoreUnavailableException">The name is now in use.</exception>
    public void Complete()
    {
        foreach (var directory in Directory.EnumerateDirectories(Path, "*", SearchOption.AllDirectories).Append(Path))
            Disk.FlushDirectory(directory);
        try
        {
            if (Directory.Exists(_target))
                Directory.Delete(_target);
            Directory.Move(Path, _target);
        }
        catch (IOException failure)
        {
            throw Unusable(_target, failure.Message);
        }
        _isComplete = true;
        Disk.FlushDirectory(System.IO.Path.GetDirectoryName(_target)!);
    }

    /// <summary>Deletes an incomplete copy.</summary>
    public void Dispose()
    {
        if (!_isComplete && Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
    }

    private async Task TryCopyAsync(string source, string name, CancellationToken cancellationToken)
    {
        try
        {
            await CopyAsync(source, name, new FileInfo(source).Length, cancellationToken);
        }
        catch (FileNotFoundException)
        {
            // The file was deleted because it was no longer needed.
        }
    }

    private static void CreateOwnerOnly(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(
                path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static FileStreamOptions OwnerOnly()
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }

    private static StoreUnavailableException Unusable(string target, string why) =>
        new($"Cannot create a backup in {target}: {why}. Specify a new or empty directory.");
}
