namespace Tallystick.Storage.Measurements.Uids;

/// <summary>Merges several runs into one, a shard at a time, so that no operation waits for the whole merge.</summary>
internal sealed class UidRunMerge : IDisposable
{
    private readonly UidRunReader[] _readers;
    private readonly UidRunWriter _writer;
    private int _shard;

    /// <param name="runs">The runs to merge; they are not changed.</param>
    /// <param name="path">The new file.</param>
    /// <param name="filterBytes">Memory for the new filter; 0 for none.</param>
    /// <exception cref="IOException">The file cannot be created.</exception>
    public UidRunMerge(IReadOnlyList<UidRun> runs, string path, long filterBytes)
    {
        _writer = new UidRunWriter(path, filterBytes);
        _readers = [.. runs.Select(run => new UidRunReader(run))];
    }

    /// <summary>Bytes of memory held.</summary>
    public long MemoryBytes => _writer.MemoryBytes + _readers.Length * UidRunReader.MemoryBytes;

    /// <summary>Merges the next shard, without removed and forgotten entries.</summary>
    /// <returns>The new run once it is complete; null before.</returns>
    /// <exception cref="IOException">The disk is full or fails.</exception>
    public UidRun? Step(in UidWindow window)
    {
        foreach (var reader in _readers)
            reader.Begin(_shard);
        while (Min() is { } least)
        {
            if (window.Holds(least.Kept))
                _writer.Add(least.Remainder, window.Position(least.Kept));
            least.Next();
        }
        _writer.EndShard();
        return ++_shard == UidKey.Shards ? _writer.Finish() : null;
    }

    public void Dispose()
    {
        foreach (var reader in _readers)
            reader.Dispose();
        _writer.Dispose();
    }

    private UidRunReader? Min()
    {
        UidRunReader? least = null;
        foreach (var reader in _readers)
        {
            if (reader.HasEntry && (least is null || reader.Remainder < least.Remainder))
                least = reader;
        }
        return least;
    }
}
