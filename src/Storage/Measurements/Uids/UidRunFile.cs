using Microsoft.Win32.SafeHandles;
using Tallystick.Resources.Documents;

namespace Tallystick.Storage.Measurements.Uids;

/// <summary>The file of a run. It is deleted with the run.</summary>
/// <remarks>
/// Nothing is flushed: the file need not survive a crash of the machine. Checksums detect what the disk loses.
/// </remarks>
internal sealed unsafe class UidRunFile : IDisposable
{
    private readonly string _path;
    private readonly SafeFileHandle _handle;

    /// <summary>Creates the file, replacing an existing one.</summary>
    /// <exception cref="IOException">The file cannot be created.</exception>
    public UidRunFile(string path)
    {
        _path = path;
        _handle = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
    }

    /// <summary>Writes sealed pages.</summary>
    /// <exception cref="IOException">The disk is full or fails.</exception>
    public void Write(long first, ReadOnlySpan<byte> pages) =>
        RandomAccess.Write(_handle, pages, first * UidPage.Bytes);

    /// <summary>Reads pages and verifies them.</summary>
    /// <exception cref="StoreUnavailableException">
    /// The pages cannot be read, or differ from what was written.
    /// </exception>
    public void Read(long first, Span<byte> pages)
    {
        try
        {
            for (var read = 0; read < pages.Length;)
            {
                var count = RandomAccess.Read(_handle, pages[read..], first * UidPage.Bytes + read);
                if (count == 0)
                    throw new EndOfStreamException("It was truncated.");
                read += count;
            }
        }
        catch (IOException exception)
        {
            throw new StoreUnavailableException(
                $"The uid spill file {_path} cannot be read: {exception.Message}", exception);
        }
        fixed (byte* start = pages)
        {
            for (var index = 0; index < pages.Length / UidPage.Bytes; index++)
            {
                if (!UidPage.IsSealed(start + index * UidPage.Bytes, first + index))
                    throw Damaged(first + index);
            }
        }
    }

    /// <summary>Closes and deletes the file.</summary>
    public void Dispose()
    {
        _handle.Dispose();
        try
        {
            File.Delete(_path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The next start deletes it.
        }
    }

    private StoreUnavailableException Damaged(long page) => new(
        $"The uid spill file {_path} is damaged at byte {page * UidPage.Bytes}. Restart the server: the file is "
        + "rebuilt from the measurements.");
}
