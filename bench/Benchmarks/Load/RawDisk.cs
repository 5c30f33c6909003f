using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Tallystick.Testing;

namespace Tallystick.Benchmarks.Load;

/// <summary>The floor below every log: write and fdatasync, nothing else.</summary>
internal static class RawDisk
{
    private const long MaxFileBytes = 64 * 1024 * 1024;

    /// <summary>
    /// Writes groups of bytes one after another, each flushed before the next, over a file whose space is there: the
    /// cheapest way.
    /// </summary>
    /// <param name="groups">Bytes of each group.</param>
    /// <param name="seconds">Stops after this time.</param>
    /// <returns>Bytes per second, and the median time of a group in milliseconds.</returns>
    public static (double BytesPerSecond, double MedianMs) Write(IReadOnlyList<int> groups, double seconds)
    {
        using var directory = new TemporaryDirectory();
        using var file = File.OpenHandle(directory.File("raw"), FileMode.CreateNew, FileAccess.Write);
        var fileBytes = Math.Min(MaxFileBytes, groups.Sum(group => (long)group));
        var bytes = new byte[groups.Max()];
        new Random(1).NextBytes(bytes);
        RandomAccess.Write(file, new byte[fileBytes], 0);
        RandomAccess.FlushToDisk(file);
        var times = new List<double>();
        var (offset, written) = (0L, 0L);
        var began = Stopwatch.GetTimestamp();
        foreach (var group in groups)
        {
            if (offset + group > fileBytes)
                offset = 0;
            var start = Stopwatch.GetTimestamp();
            RandomAccess.Write(file, bytes.AsSpan(0, group), offset);
            Flush(file);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            offset += group;
            written += group;
            if (Stopwatch.GetElapsedTime(began).TotalSeconds > seconds)
                break;
        }
        var rate = written / Stopwatch.GetElapsedTime(began).TotalSeconds;
        times.Sort();
        return (rate, times[times.Count / 2]);
    }

    /// <summary>Makes what was written durable.</summary>
    public static void Flush(SafeFileHandle file)
    {
        if (FlushData(file) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    // .NET has only fsync, which also writes the times of the file.
    [DllImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static extern int FlushData(SafeFileHandle file);
}
