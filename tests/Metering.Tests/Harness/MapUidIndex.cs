using System.Text;
using Tallystick.Metering.Measurements;

namespace Tallystick.Metering.Tests.Harness;

internal sealed class MapUidIndex : IUidIndex
{
    private readonly Dictionary<ulong, List<LogPosition>> _map = [];
    public long Count => _map.Values.Sum(list => (long)list.Count);
    public long MemoryBytes => 0;
    public ulong Fingerprint(ReadOnlySpan<byte> organizationId, ReadOnlySpan<byte> uid) =>
        (ulong)(Encoding.UTF8.GetString(organizationId) + "|" + Encoding.UTF8.GetString(uid)).GetHashCode(StringComparison.Ordinal);
    public void Prefetch(ulong fingerprint) { }
    public int Find(ulong fingerprint, Span<LogPosition> positions)
    {
        if (!_map.TryGetValue(fingerprint, out var list)) return 0;
        for (var i = 0; i < list.Count; i++) positions[i] = list[i];
        return list.Count;
    }
    public void Add(ulong fingerprint, LogPosition position)
    {
        if (!_map.TryGetValue(fingerprint, out var list)) _map[fingerprint] = list = [];
        list.Add(position);
    }
    public void Remove(ulong fingerprint, LogPosition position) { if (_map.TryGetValue(fingerprint, out var l)) l.Remove(position); }
    public void Forget(LogPosition before) { }
    public void Clear() => _map.Clear();
}
