using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using NodaTime;
using Tallystick.Metering.Measurements;

namespace Tallystick.Metering.Ingest;

/// <summary>
/// Finds the rows of a load whose uid was used before, and adds the uids of the other rows to the index. Processes a
/// whole load at once, sorted by the first byte of the fingerprint: in order of arrival, the look-ups would hit random
/// memory and most of the time would go into cache misses. The instance is reused for all loads, one at a time.
/// </summary>
internal sealed class UidDeduplication(IUidIndex uids, ILogPartition log, Duration window)
{
    private const int FirstBytes = 256;
    private const int PrefetchedAhead = 16;
    private const int UsualFound = 16;

    private readonly IMeasurementLookup _logged = log.OpenLookup();
    private readonly List<NotedRow> _noted = [];
    private readonly List<Candidate> _candidates = [];
    private readonly List<(LogPosition Newest, Candidate Candidate)> _doubtful = [];
    private Candidate[] _sorted = [];
    private readonly int[] _next = new int[FirstBytes];
    private readonly long _window = window.ToInt64Nanoseconds();
    private (string Id, byte[] Utf8) _organization = ("", []);
    private LogPosition[] _found = new LogPosition[UsualFound];

    /// <summary>Begins a load.</summary>
    public void Clear()
    {
        _noted.Clear();
        _candidates.Clear();
    }

    /// <summary>Registers the row that was added last.</summary>
    public void Note(ulong fingerprint, LogPosition position, int contentHash, MeterRows rows)
    {
        _candidates.Add(new Candidate(new UidEntry(fingerprint, position), _noted.Count));
        _noted.Add(new NotedRow(rows, rows.Count - 1, contentHash));
    }

    /// <summary>Adds the uids to the index, except those that it already contains.</summary>
    /// <param name="taken">Receives the added entries.</param>
    /// <returns>The rows with duplicate uids; of equal uids within the load, all but the first.</returns>
    public async ValueTask<List<RepeatedRow>> TakeAsync(List<UidEntry> taken)
    {
        List<RepeatedRow> repeated = [];
        TakeUnknown(taken);
        foreach (var (_, (entry, row)) in _doubtful)
        {
            if (await FindFirstAsync(entry, row) is { } first)
            {
                var noted = _noted[row];
                var differs = await DiffersAsync(first, entry.Position, noted.ContentHash);
                repeated.Add(new RepeatedRow(noted.Rows, noted.Row, differs));
            }
            else
                Take(entry, taken);
        }
        return repeated;
    }

    /// <summary>Removes added entries from the index.</summary>
    public void Undo(List<UidEntry> taken)
    {
        foreach (var (fingerprint, position) in taken)
            uids.Remove(fingerprint, position);
        taken.Clear();
    }

    // A uid that is not in the index is new. Possible duplicates are collected, so that they can be compared with the
    // log in one sequential pass.
    private void TakeUnknown(List<UidEntry> taken)
    {
        _doubtful.Clear();
        var candidates = Sorted();
        for (var index = 0; index < candidates.Length; index++)
        {
            if (index + PrefetchedAhead < candidates.Length)
                uids.Prefetch(candidates[index + PrefetchedAhead].Entry.Fingerprint);
            var entry = candidates[index].Entry;
            var found = Find(entry);
            if (found.IsEmpty)
                Take(entry, taken);
            else
                _doubtful.Add((Newest(found), candidates[index]));
        }
        // Candidates with the same fingerprint have the same newest position, so they stay in the order received.
        _doubtful.Sort(static (left, right) =>
            (left.Newest, left.Candidate.Noted).CompareTo((right.Newest, right.Candidate.Noted)));
    }

    private void Take(UidEntry entry, List<UidEntry> taken)
    {
        uids.Add(entry.Fingerprint, entry.Position);
        taken.Add(entry);
    }

    // All positions of the fingerprint; valid until the next call.
    private ReadOnlySpan<LogPosition> Find(UidEntry entry)
    {
        int found;
        while ((found = uids.Find(entry.Fingerprint, _found)) == _found.Length)
            _found = new LogPosition[2 * found];
        return _found.AsSpan(0, found);
    }

    private static LogPosition Newest(ReadOnlySpan<LogPosition> positions)
    {
        var newest = positions[0];
        foreach (var position in positions)
            newest = position > newest ? position : newest;
        return newest;
    }

    // A stable sort: among equal uids, the first one received is kept.
    private ReadOnlySpan<Candidate> Sorted()
    {
        var candidates = CollectionsMarshal.AsSpan(_candidates);
        if (_sorted.Length < candidates.Length)
            _sorted = new Candidate[BitOperations.RoundUpToPowerOf2((uint)candidates.Length)];
        Array.Clear(_next);
        foreach (ref readonly var candidate in candidates)
            _next[FirstByte(candidate)]++;
        var place = 0;
        foreach (ref var next in _next.AsSpan())
            (next, place) = (place, place + next);
        foreach (ref readonly var candidate in candidates)
            _sorted[_next[FirstByte(candidate)]++] = candidate;
        return _sorted.AsSpan(0, candidates.Length);
    }

    private static int FirstByte(in Candidate candidate) => (int)(candidate.Entry.Fingerprint >> 56);

    private async ValueTask<LoggedRow?> FindFirstAsync(UidEntry entry, int noted)
    {
        var found = Find(entry).Length;
        if (found == 0)
            return null;
        var (rows, row, _) = _noted[noted];
        if (!ReferenceEquals(_organization.Id, rows.OrganizationId))
            _organization = (rows.OrganizationId, Encoding.UTF8.GetBytes(rows.OrganizationId));
        for (var index = 0; index < found; index++)
        {
            if (await _logged.FindAsync(_found[index], _organization.Utf8, rows.Uids[row]) is { } first
                && rows.ReceivedAt[row] - first.ReceivedAt < _window)
                return first;
        }
        return null;
    }

    // Hashes of the bytes as sent may differ for equal content, such as fields in another order or 1.0 for 1, so the
    // content decides.
    private async ValueTask<bool> DiffersAsync(LoggedRow first, LogPosition position, int contentHash)
    {
        if (first.ContentHash == contentHash)
            return false;
        var before = await _logged.ReadAsync(first.Position);
        var now = await _logged.ReadAsync(position);
        return before is null || now is null
            || (before.Meter, before.Account, before.Ts, before.Ets) != (now.Meter, now.Account, now.Ts, now.Ets)
            || !before.Fields.ToHashSet().SetEquals(now.Fields);
    }

    // Small and without references, to keep sorting fast. The data needed only for duplicates is in NotedRow.
    private readonly record struct Candidate(UidEntry Entry, int Noted);

    private readonly record struct NotedRow(MeterRows Rows, int Row, int ContentHash);
}

/// <summary>A row of a load whose uid was used before.</summary>
/// <param name="Rows">The rows of its meter.</param>
/// <param name="Row">Its index in <paramref name="Rows"/>.</param>
/// <param name="Differs">Whether its content differs from that of the first measurement.</param>
internal readonly record struct RepeatedRow(MeterRows Rows, int Row, bool Differs);
