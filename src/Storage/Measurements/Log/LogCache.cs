namespace Tallystick.Storage.Measurements.Log;

/// <summary>
/// Evicts the log, except its newest part, from the system's page cache. The log is kept for weeks but, apart from that
/// part, hardly read again: a resubmission is usually compared with a recent measurement. Without eviction the log
/// would push everything else out of the cache, and appends would have to wait for free memory.
/// </summary>
/// <remarks>
/// The reader evicts, so that appends are not delayed. Everything it evicts has been flushed and read. It evicts whole
/// files.
/// </remarks>
internal sealed class LogCache(LogFiles files, LogOptions options)
{
    private readonly Lock _lock = new();
    private long? _cachedFrom;

    /// <summary>Evicts the files too far before the position from which the log is read next.</summary>
    public void MoveTo(long position)
    {
        var needed = position - options.CachedBytes;
        lock (_lock)
        {
            var all = files.All;
            // Files before the first position read were evicted before the log was opened.
            var index = Math.Max(0, LogFiles.IndexOf(all, _cachedFrom ?? needed));
            for (; index + 1 < all.Length && all[index + 1].Start <= needed; index++)
                options.GiveBack(all[index].Path, all[index + 1].Start - all[index].Start);
            _cachedFrom = all[index].Start;
        }
    }
}
