using Tallystick.Metering.Measurements;
using Tallystick.Storage.Measurements.Uids;

namespace Tallystick.Metering.Tests.Harness;

/// <summary>An index to which all uids of a kind look the same, so that only the log tells them apart.</summary>
/// <param name="fingerprints">How many kinds there are.</param>
internal sealed class ColludingIndex(ulong fingerprints) : IUidIndex, IDisposable
{
    private readonly UidIndex _index = new();

    public long Count => _index.Count;

    public long MemoryBytes => _index.MemoryBytes;

    public ulong Fingerprint(ReadOnlySpan<byte> organizationId, ReadOnlySpan<byte> uid) =>
        _index.Fingerprint(organizationId, uid) % fingerprints << 40;

    public void Prefetch(ulong fingerprint) => _index.Prefetch(fingerprint);

    public int Find(ulong fingerprint, Span<LogPosition> positions) => _index.Find(fingerprint, positions);

    public void Add(ulong fingerprint, LogPosition position) => _index.Add(fingerprint, position);

    public void AddAll(ReadOnlySpan<UidEntry> entries) => _index.AddAll(entries);

    public void Remove(ulong fingerprint, LogPosition position) => _index.Remove(fingerprint, position);

    public void Forget(LogPosition before) => _index.Forget(before);

    public void Clear() => _index.Clear();

    public void Dispose() => _index.Dispose();
}
