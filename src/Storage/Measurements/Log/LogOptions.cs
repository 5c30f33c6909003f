using Microsoft.Win32.SafeHandles;

namespace Tallystick.Storage.Measurements.Log;

/// <summary>Settings of the measurement log.</summary>
public sealed record LogOptions
{
    /// <summary>A file that has reached this many bytes is followed by a new one.</summary>
    public long FileBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Bytes after which no further waiting append joins a write.</summary>
    public int WriteBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>Makes what was written to a file durable. Tests put a failing disk in its place.</summary>
    public Action<SafeFileHandle> Flush { get; init; } = RandomAccess.FlushToDisk;
}
