using System.Globalization;
using Tallystick.Metering.Measurements;
using Tallystick.Resources.Documents;

namespace Tallystick.Storage.Measurements.Uids;

/// <summary>
/// The entries spilled to a directory, as runs. More than four runs are merged into one, incrementally.
/// </summary>
internal sealed class UidRuns : IDisposable
{
    private const int MaxRuns = 4;
    private const string Extension = ".uids";

    private readonly string _directory;
    private readonly long _filterBytes;
    private readonly List<UidRun> _runs = [];
    private UidRunMerge? _merge;
    private long _addsPerStep;
    private long _addsToStep;
    private int _files;

    /// <summary>Deletes the files of an earlier process.</summary>
    /// <param name="directory">Where the runs are written.</param>
    /// <param name="filterBytes">Memory for the filters.</param>
    public UidRuns(string directory, long filterBytes)
    {
        (_directory, _filterBytes) = (directory, filterBytes);
        Try(DeleteFiles);
    }

    /// <summary>Why the last attempt to spill or merge failed; null if it succeeded.</summary>
    public string? Fault { get; private set; }

    public int RunCount => _runs.Count;

    /// <summary>Entries that are not removed, including forgotten ones that are still in a run.</summary>
    public long Count => _runs.Sum(run => run.Count);

    /// <summary>Bytes of memory held.</summary>
    public long MemoryBytes => _runs.Sum(run => run.MemoryBytes) + (_merge?.MemoryBytes ?? 0);

    /// <summary>Writes a table to a new run.</summary>
    /// <returns>False if the disk is full or fails; nothing has changed then.</returns>
    public bool TrySpill(UidTable table, UidWindow window)
    {
        while (_merge is not null)
            Step(window);
        var isSpilled = Try(() =>
        {
            Directory.CreateDirectory(_directory);
            using var writer = new UidRunWriter(NextPath(), FilterBytesFor(table.Count));
            table.WriteTo(writer, window);
            _runs.Add(writer.Finish());
        });
        if (isSpilled && _runs.Count > MaxRuns)
            BeginMerge();
        return isSpilled;
    }

    /// <summary>Appends positions, those of the newest run first.</summary>
    /// <returns>The number of positions in the span.</returns>
    /// <exception cref="StoreUnavailableException">A run cannot be read.</exception>
    public int Find(UidKey key, in UidWindow window, Span<LogPosition> positions, int found)
    {
        for (var index = _runs.Count - 1; index >= 0; index--)
            found = _runs[index].Find(key, window, positions, found);
        return found;
    }

    /// <summary>Removes one entry. Restarts a merge in progress, which may have copied the entry.</summary>
    /// <exception cref="StoreUnavailableException">A run cannot be read.</exception>
    public void Remove(UidKey key, long position)
    {
        if (!_runs.Exists(run => run.Newest >= position && run.Remove(key, position)) || _merge is null)
            return;
        _merge.Dispose();
        BeginMerge();
    }

    /// <summary>Deletes the runs that lie entirely before a position.</summary>
    public void Forget(long before)
    {
        if (_merge is not null || !_runs.Exists(run => run.Newest < before))
            return;
        foreach (var run in _runs.Where(run => run.Newest < before))
            run.Dispose();
        _runs.RemoveAll(run => run.Newest < before);
    }

    /// <summary>
    /// Counts an added entry. Performs a merge step after every few entries, paced so that the merge ends before the
    /// table is half full.
    /// </summary>
    public void Advance(in UidWindow window)
    {
        if (_merge is null || --_addsToStep > 0)
            return;
        _addsToStep = _addsPerStep;
        Step(window);
    }

    public void Clear()
    {
        EndMerge();
        foreach (var run in _runs)
            run.Dispose();
        _runs.Clear();
    }

    public void Dispose() => Clear();

    private void BeginMerge()
    {
        var entries = _runs.Sum(run => run.Count);
        _addsPerStep = Math.Max(1, _runs[^1].Entries / (2 * UidKey.Shards));
        _merge = null;
        Try(() => _merge = new UidRunMerge(_runs, NextPath(), FilterBytesFor(entries)));
    }

    private void Step(UidWindow window)
    {
        UidRun? merged = null;
        if (!Try(() => merged = _merge!.Step(window)))
            EndMerge();
        if (merged is null)
            return;
        EndMerge();
        foreach (var run in _runs)
            run.Dispose();
        _runs.Clear();
        _runs.Add(merged);
    }

    private void EndMerge()
    {
        _merge?.Dispose();
        _merge = null;
    }

    // One byte a key if memory allows; with less than half of that a filter hardly helps.
    private long FilterBytesFor(long entries)
    {
        var free = _filterBytes - _runs.Sum(run => run.FilterBytes);
        return free < entries / 2 ? 0 : Math.Min(entries, free);
    }

    private string NextPath() =>
        Path.Combine(_directory, (++_files).ToString("D9", CultureInfo.InvariantCulture) + Extension);

    private void DeleteFiles()
    {
        if (!Directory.Exists(_directory))
            return;
        foreach (var path in Directory.EnumerateFiles(_directory, "*" + Extension))
            File.Delete(path);
    }

    private bool Try(Action act)
    {
        try
        {
            act();
            Fault = null;
            return true;
        }
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException or StoreUnavailableException)
        {
            Fault = $"Uids cannot be spilled to {_directory}: {exception.Message}";
            return false;
        }
    }
}
