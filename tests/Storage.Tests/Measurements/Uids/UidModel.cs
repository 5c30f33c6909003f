using Tallystick.Metering.Measurements;
using Tallystick.Storage.Measurements.Uids;

namespace Tallystick.Storage.Tests.Measurements.Uids;

/// <summary>What an index must do, done without any skill; and the comparison of both.</summary>
internal sealed class UidModel(UidIndex index)
{
    private readonly List<(ulong Fingerprint, long Position)> _entries = [];
    private readonly LogPosition[] _found = new LogPosition[4096];
    private long _before;

    internal void Add(ulong fingerprint, long position)
    {
        index.Add(fingerprint, new LogPosition(position));
        _entries.Add((fingerprint, position));
    }

    /// <summary>
    /// An index which keeps a part of the fingerprint removes by that part. It ignores what it has forgotten.
    /// </summary>
    internal void Remove(ulong fingerprint, long position)
    {
        index.Remove(fingerprint, new LogPosition(position));
        if (position < _before)
            return;
        var at = _entries.FindIndex(entry => IsAlike(entry.Fingerprint, fingerprint) && entry.Position == position);
        if (at >= 0)
            _entries.RemoveAt(at);
    }

    internal void RemoveNth(int n)
    {
        if (_entries.Count == 0)
            return;
        var (fingerprint, position) = _entries[n % _entries.Count];
        Remove(fingerprint, position);
    }

    internal void Forget(long before)
    {
        index.Forget(new LogPosition(before));
        _before = Math.Max(_before, before);
    }

    internal void Clear()
    {
        index.Clear();
        _entries.Clear();
        _before = 0;
    }

    /// <summary>Exactly the entries of the fingerprint, and of those that are alike, are found.</summary>
    internal void ShouldAgreeOn(ulong fingerprint)
    {
        var count = index.Find(fingerprint, _found);
        var expected = _entries
            .Where(entry => IsAlike(entry.Fingerprint, fingerprint) && entry.Position >= _before)
            .Select(entry => entry.Position).Order();
        _found[..count].Select(position => position.Value).Order().ShouldBe(expected);
    }

    internal void ShouldAgree()
    {
        foreach (var fingerprint in _entries.Select(entry => entry.Fingerprint).Distinct())
            ShouldAgreeOn(fingerprint);
        index.Count.ShouldBeInRange(_entries.Count(entry => entry.Position >= _before), _entries.Count);
    }

    private static bool IsAlike(ulong left, ulong right) => left >> 24 == right >> 24;
}
