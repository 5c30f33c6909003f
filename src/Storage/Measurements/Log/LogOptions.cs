using Microsoft.Win32.SafeHandles;

namespace Tallystick.Storage.Measurements.Log;

/// <summary>Settings of the measurement log.</summary>
public sealed record LogOptions
{
    /// <summary>
    /// Size in bytes at which a file is full and a new one begins. The first files of a log are smaller, so that a
    /// rarely used log takes little space.
    /// </summary>
    public long FileBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Maximum bytes of waiting appends combined in one write. A larger append is written alone.</summary>
    public int WriteBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>
    /// Maximum bytes of appends that are waiting to be written; beyond it, an append is refused. A larger record is
    /// accepted if nothing else is waiting.
    /// </summary>
    public long WaitingBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>
    /// Bytes before the last read position that stay in the page cache of the system; older files are evicted.
    /// </summary>
    internal long CachedBytes { get; init; } = 256 * 1024 * 1024;

    /// <summary>Growth rate up to which files are filled with zeros in advance.</summary>
    internal long QuietBytesPerSecond { get; init; } = 4 * 1024 * 1024;

    /// <summary>Clock that measures the growth rate.</summary>
    internal TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>How often the log retries a disk that could not be written.</summary>
    internal TimeSpan TryAgainAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Writes all bytes at an offset of a file. Tests substitute a failing disk.</summary>
    internal DiskWrite Write { get; init; } = RandomAccess.Write;

    /// <summary>Makes the written bytes of a file durable. Tests substitute a failing disk.</summary>
    internal Action<SafeFileHandle> Flush { get; init; } = Disk.Flush;

    /// <summary>Evicts the first bytes of a file from the page cache.</summary>
    internal Action<string, long> GiveBack { get; init; } = Disk.GiveBack;
}

/// <summary>Writes all bytes at an offset of a file, or throws.</summary>
internal delegate void DiskWrite(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset);
