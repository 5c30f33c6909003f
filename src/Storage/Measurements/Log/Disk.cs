using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Tallystick.Storage.Measurements.Log;

/// <summary>Calls the C library on Linux for file system operations that the platform does not offer.</summary>
internal static partial class Disk
{
    private const int Interrupted = 4;
    private const int ReadOnlyClosedOnExecute = 0x80000;
    private const int NotNeeded = 4;

    /// <summary>
    /// Makes the bytes of a file durable, and its size if that has changed. Does not update its modification time,
    /// which would cost a second write.
    /// </summary>
    /// <exception cref="IOException">It is unknown which of the latest bytes are durable.</exception>
    public static void Flush(SafeFileHandle file)
    {
        if (!OperatingSystem.IsLinux())
        {
            RandomAccess.FlushToDisk(file);
            return;
        }
        while (FlushData(file) != 0)
            ThrowUnlessInterrupted("A file cannot be flushed");
    }

    /// <summary>
    /// Makes the names in a directory durable. Only needed on Linux; elsewhere the file system does it.
    /// </summary>
    /// <exception cref="IOException">It is unknown which names are durable.</exception>
    public static void FlushDirectory(string directory)
    {
        if (!OperatingSystem.IsLinux())
            return;
        using var handle = new SafeFileHandle(Open(directory, ReadOnlyClosedOnExecute), ownsHandle: true);
        if (handle.IsInvalid)
            throw Failure($"The directory {directory} cannot be opened");
        while (FlushAll(handle) != 0)
            ThrowUnlessInterrupted($"The directory {directory} cannot be flushed");
    }

    /// <summary>
    /// Advises the system to evict the first bytes of a file, which must be durable, from the page cache. Reports
    /// neither whether the advice is followed nor whether the file still exists.
    /// </summary>
    public static void GiveBack(string path, long bytes)
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            using var file = File.OpenHandle(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            _ = Advise(file, 0, bytes, NotNeeded);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The system still reclaims the memory when it needs it.
        }
    }

    private static void ThrowUnlessInterrupted(string what)
    {
        if (Marshal.GetLastPInvokeError() != Interrupted)
            throw Failure(what);
    }

    private static IOException Failure(string what) => new($"{what}: {Marshal.GetLastPInvokeErrorMessage()}");

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int FlushData(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FlushAll(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    private static partial int Advise(SafeFileHandle file, long offset, long bytes, int advice);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);
}
