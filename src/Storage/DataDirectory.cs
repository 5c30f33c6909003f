using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Tallystick.Resources.Documents;

namespace Tallystick.Storage;

/// <summary>
/// The data directory of one running process, readable by its owner only. The operating system releases the lock when
/// the process ends.
/// </summary>
public sealed partial class DataDirectory : IDisposable
{
    /// <summary>The option to start despite lost data.</summary>
    public const string AcceptLossOption = "--accept-loss";

    private const string LockName = "lock";

    /// <summary>A separate file, because a locked file cannot be read.</summary>
    private const string HolderName = "lock.process-id";

    /// <summary>Error codes for a file locked by another process: Linux, macOS, Windows.</summary>
    private static readonly int[] HeldByAnother = [11, 35, unchecked((int)0x80070020)];

    private const UnixFileMode OwnerOnly =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private const UnixFileMode OfOthers = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private readonly FileStream _lock;

    private DataDirectory(string path, FileStream held) => (Path, _lock) = (path, held);

    /// <summary>Full path of the directory.</summary>
    public string Path { get; }

    /// <summary>
    /// Opens the directory, creates it if missing, and locks it. All existing files, and all files that the process
    /// creates from then on, are readable by the owner only.
    /// </summary>
    /// <exception cref="StoreUnavailableException">Another process holds it, or it cannot be written.</exception>
    public static DataDirectory Open(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        try
        {
            CreateOwnerOnly(full);
            var directory = new DataDirectory(full, Lock(full));
            CloseToOthers(new DirectoryInfo(full));
            return directory;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException(
                $"The data directory {full} cannot be used: {failure.Message}", failure);
        }
    }

    /// <summary>Releases the directory.</summary>
    public void Dispose() => _lock.Dispose();

    private static void CreateOwnerOnly(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }

        // The engines create files themselves, so the umask is the only way to set their mode.
        _ = SetMask((uint)OfOthers);
        Directory.CreateDirectory(path, OwnerOnly);
        try
        {
            File.SetUnixFileMode(path, OwnerOnly);
        }
        catch (UnauthorizedAccessException)
        {
            // A mounted volume may belong to another user; its permissions are then the operator's choice.
        }
    }

    // Files of earlier versions may be readable by others wherever the mode of the directory does not prevent it, for
    // example in a copy.
    private static void CloseToOthers(DirectoryInfo directory)
    {
        if (OperatingSystem.IsWindows())
            return;
        try
        {
            // Links are not followed.
            foreach (var entry in directory.EnumerateFileSystemInfos().Where(entry => entry.LinkTarget is null))
            {
                CloseEntry(entry);
                if (entry is DirectoryInfo inner)
                    CloseToOthers(inner);
            }
        }
        catch (UnauthorizedAccessException)
        {
            // For example the lost+found of a volume.
        }
    }

    [UnsupportedOSPlatform("windows")]
    private static void CloseEntry(FileSystemInfo entry)
    {
        try
        {
            if ((entry.UnixFileMode & OfOthers) != 0)
                entry.UnixFileMode &= ~OfOthers;
        }
        catch (UnauthorizedAccessException)
        {
            // It belongs to another user; its permissions are then the operator's choice.
        }
    }

    [LibraryImport("libc", EntryPoint = "umask")]
    private static partial uint SetMask(uint mask);

    private static FileStream Lock(string path)
    {
        var holder = System.IO.Path.Combine(path, HolderName);
        var held = TakeLock(path, holder);
        try
        {
            File.WriteAllText(holder, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            return held;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    private static FileStream TakeLock(string path, string holder)
    {
        var name = System.IO.Path.Combine(path, LockName);
        try
        {
            return new FileStream(name, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException failure) when (HeldByAnother.Contains(failure.HResult))
        {
            throw new StoreUnavailableException(
                $"The data directory {path} is in use by {NameHolder(holder)}. Stop it, or use another directory.",
                failure);
        }
    }

    private static string NameHolder(string holder)
    {
        try
        {
            return $"process {File.ReadAllText(holder).Trim()}";
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return "another process";
        }
    }
}
