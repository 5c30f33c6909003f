using Microsoft.Win32.SafeHandles;
using Tallystick.Storage.Measurements.Log;

namespace Tallystick.Storage.Tests.Measurements.Log;

/// <summary>A disk that fails when it is told to, in front of the real one.</summary>
internal sealed class FailingDisk
{
    private readonly Lock _lock = new();
    private readonly ManualResetEventSlim _open = new(initialState: true);

    /// <summary>Bytes it still has room for; a write that does not fit is cut short.</summary>
    internal long Room { get; set; } = long.MaxValue;

    internal bool FailsToFlush { get; set; }

    /// <summary>Set as soon as a frame is to be flushed.</summary>
    internal ManualResetEventSlim Flushing { get; } = new();

    /// <summary>Flushes of frames so far.</summary>
    internal int Flushes { get; private set; }

    internal LogOptions Options => new()
    {
        Write = Write,
        Flush = Flush,
        TryAgainAfter = Timeout.InfiniteTimeSpan,
    };

    /// <summary>Lets flushes wait until <see cref="Release"/>.</summary>
    internal void Hold() => _open.Reset();

    internal void Release() => _open.Set();

    private void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset)
    {
        lock (_lock)
        {
            var fitting = (int)Math.Min(bytes.Length, Room);
            RandomAccess.Write(file, bytes[..fitting], offset);
            if (Room != long.MaxValue)
                Room -= fitting;
            if (fitting < bytes.Length)
                throw new IOException("No space left on device");
        }
    }

    private void Flush(SafeFileHandle file)
    {
        Flushes++;
        Flushing.Set();
        _open.Wait();
        if (FailsToFlush)
            throw new IOException("Input/output error");
        Disk.Flush(file);
    }
}
