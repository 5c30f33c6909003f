using Microsoft.Win32.SafeHandles;

namespace Tallystick.Storage.Measurements.Log;

/// <summary>Settings of the measurement log.</summary>
public sealed record LogOptions
{
    /// <summary>
    /// Size in bytes at which a file is full and followed by a new one. The first files of a log are smaller, so that
    /// a log that is hardly used takes little space.
    /// </summary>
    public long FileBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Bytes after which no further waiting append joins a write.</summary>
    public int WriteBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>
    /// Bytes that may be handed over and not yet be on the disk; beyond them an append is refused. A record that is
    /// larger by itself is taken when nothing else waits.
    /// </summary>
    public long WaitingBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>
    /// Bytes before the position last read from that stay in the page cache of the system; older files do not.
    /// </summary>
    internal long CachedBytes { get; init; } = 256 * 1024 * 1024;

    /// <summary>Growth up to which files are filled with zeros beforehand.</summary>
    internal long QuietBytesPerSecond { get; init; } = 4 * 1024 * 1024;

    /// <summary>Measures that time.</summary>
    internal TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Time after which a log that could not be written looks by itself whether it can be again.</summary>
    internal TimeSpan TryAgainAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Writes all the bytes at an offset of a file. Tests put a failing disk in its place.</summary>
    internal DiskWrite Write { get; init; } = RandomAccess.Write;

    /// <summary>Makes what was written to a file durable. Tests put a failing disk in its place.</summary>
    internal Action<SafeFileHandle> Flush { get; init; } = Disk.Flush;

    /// <summary>Gives back the memory in which the first bytes of a file are cached.</summary>
    internal Action<string, long> GiveBack { get; init; } = Disk.GiveBack;
}

/// <summary>Writes all the bytes at an offset of a file, or throws.</summary>
internal delegate void DiskWrite(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset);
