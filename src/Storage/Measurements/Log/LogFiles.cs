using Microsoft.Win32.SafeHandles;

namespace Tallystick.Storage.Measurements.Log;

/// <summary>
/// The files of the log by position. Any number of readers can use it while files are added at the end and removed at
/// the beginning. Keeps the most recently opened files open.
/// </summary>
internal sealed class LogFiles(IEnumerable<LogFile> files) : IDisposable
{
    private const int OpenAtMost = 128;

    private readonly Lock _lock = new();
    private readonly Queue<LogFile> _open = new();
    private volatile LogFile[] _all = [.. files];

    /// <summary>The current files; at least one.</summary>
    public LogFile[] All => _all;

    /// <summary>Index of the file that contains a position; -1 if it lies before all files.</summary>
    public static int IndexOf(LogFile[] files, long position)
    {
        int low = 0, high = files.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            if (files[middle].Start <= position)
                low = middle + 1;
            else
                high = middle - 1;
        }
        return high;
    }

    /// <summary>Adds a file at the end, replacing an empty file that begins at the same position.</summary>
    public void Add(LogFile file)
    {
        lock (_lock)
        {
            var last = _all[^1];
            if (last.Start == file.Start)
                Close(last);
            _all = last.Start == file.Start ? [.. _all[..^1], file] : [.. _all, file];
        }
    }

    /// <summary>Removes the first file from the list and closes its handle; does not delete the file.</summary>
    public LogFile RemoveFirst()
    {
        lock (_lock)
        {
            var first = _all[0];
            _all = _all[1..];
            Close(first);
            return first;
        }
    }

    /// <summary>Copies bytes of a file; none if it was removed.</summary>
    public int Read(LogFile file, long offset, Span<byte> buffer)
    {
        while (true)
        {
            var handle = file.Reading ?? Open(file);
            if (handle is null)
                return 0;
            try
            {
                return ReadAll(handle, buffer, offset);
            }
            catch (ObjectDisposedException)
            {
                // Closed concurrently to make room for another file.
            }
        }
    }

    /// <summary>Reads until the buffer is full or the file ends.</summary>
    public static int ReadAll(SafeFileHandle handle, Span<byte> buffer, long offset)
    {
        var total = 0;
        while (total < buffer.Length)
        {
            var count = RandomAccess.Read(handle, buffer[total..], offset + total);
            if (count == 0)
                break;
            total += count;
        }
        return total;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var file in _all)
                Close(file);
        }
    }

    private SafeFileHandle? Open(LogFile file)
    {
        lock (_lock)
        {
            if (file.IsClosed)
                return null;
            if (file.Reading is { } open)
                return open;
            while (_open.Count >= OpenAtMost)
                Release(_open.Dequeue());
            _open.Enqueue(file);
            return file.Reading = file.OpenToRead();
        }
    }

    private static void Close(LogFile file)
    {
        file.IsClosed = true;
        Release(file);
    }

    private static void Release(LogFile file)
    {
        var handle = file.Reading;
        file.Reading = null;
        handle?.Dispose();
    }
}
