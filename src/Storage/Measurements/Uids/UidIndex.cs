using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using System.Security.Cryptography;
using Tallystick.Metering.Measurements;
using Tallystick.Resources.Documents;

namespace Tallystick.Storage.Measurements.Uids;

/// <summary>
/// The uid index in memory, which spills to files when it exceeds its limit. Both are derived state and start empty
/// with each process.
/// </summary>
/// <remarks>
/// The index keeps 40 bits of a fingerprint: with 100 million entries, 1 in 11,000 new uids finds the position of
/// another uid.
/// </remarks>
public sealed class UidIndex : IUidIndex, IDisposable
{
    private const int FingerprintBytes = 256;
    private const int SecretBytes = 32;

    // Fixed memory: the headers of the shards, and buffers for reading and writing.
    private const long OwnBytes = 128 * 1024;

    private readonly long _seed;
    private readonly UidTable _table = new();
    private readonly UidRuns? _runs;
    private readonly long _tableBytes;
    private long _limit;
    private UidWindow _window = new(0, 0);

    /// <summary>Creates an empty index and deletes the files of an earlier process in the spill directory.</summary>
    public UidIndex(UidIndexOptions? options = null)
    {
        options ??= new UidIndexOptions();
        _seed = SeedOf(options.Secret is { } secret ? [.. secret] : RandomNumberGenerator.GetBytes(SecretBytes));
        _tableBytes = options.MemoryBytes / 4 * 3;
        if (options.SpillDirectory is { } directory)
            _runs = new UidRuns(directory, options.MemoryBytes - _tableBytes);
        _limit = _runs is null ? long.MaxValue : _tableBytes;
    }

    /// <summary>
    /// Entries held: those added and neither removed nor dropped. Forgotten entries are dropped gradually.
    /// </summary>
    public long Count => _table.Count + (_runs?.Count ?? 0);

    /// <inheritdoc/>
    public long MemoryBytes => OwnBytes + _table.Bytes + (_runs?.MemoryBytes ?? 0);

    /// <summary>Entries that have been spilled to files.</summary>
    public long SpilledCount => _runs?.Count ?? 0;

    /// <summary>
    /// Why entries could not be spilled, for the operator; null while there is no fault. Nothing is lost: the entries
    /// stay in memory, which then exceeds its limit. The next attempt follows when another sixteenth of the limit has
    /// been filled.
    /// </summary>
    public string? SpillFault => _runs?.Fault;

    /// <inheritdoc/>
    /// <remarks>Keyed with the secret of the options.</remarks>
    public ulong Fingerprint(ReadOnlySpan<byte> organizationId, ReadOnlySpan<byte> uid)
    {
        var length = organizationId.Length + 1 + uid.Length;
        var text = length <= FingerprintBytes ? stackalloc byte[FingerprintBytes] : new byte[length];
        organizationId.CopyTo(text);
        text[organizationId.Length] = 0;
        uid.CopyTo(text[(organizationId.Length + 1)..]);
        return XxHash3.HashToUInt64(text[..length], _seed);
    }

    /// <inheritdoc/>
    public void Prefetch(ulong fingerprint) => _table.Prefetch(UidKey.Of(fingerprint));

    /// <inheritdoc/>
    /// <exception cref="StoreUnavailableException">What was spilled cannot be read, or is damaged.</exception>
    public int Find(ulong fingerprint, Span<LogPosition> positions)
    {
        var key = UidKey.Of(fingerprint);
        var found = _table.Find(key, _window, positions);
        return _runs is { RunCount: > 0 } ? _runs.Find(key, _window, positions, found) : found;
    }

    /// <inheritdoc/>
    /// <remarks>A position before that of <see cref="Forget"/> is ignored.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The position is not positive, or 2^48 bytes or more after the first that is not forgotten.
    /// </exception>
    public void Add(ulong fingerprint, LogPosition position)
    {
        if (position.Value <= 0 || position.Value - _window.First >= UidSlot.Positions)
        {
            throw new ArgumentOutOfRangeException(
                nameof(position), position.Value,
                $"The uid index holds {UidSlot.Positions} positions of the measurement log from {_window.First} on.");
        }
        if (position.Value < _window.First)
            return;
        if (position.Value > _window.Newest)
            _window = new UidWindow(_window.First, position.Value);
        var key = UidKey.Of(fingerprint);
        while (!_table.TryAdd(key, position.Value))
        {
            if (!_table.TryGrow(key.Shard, _window, _limit))
                Spill();
        }
        _runs?.Advance(_window);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Adds shard by shard, keeping the given order within each, so that few memory pages are in use at a time and
    /// their addresses stay in the TLB. This pays off from some thousand entries a shard.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">A position is not positive or too great.</exception>
    public void AddAll(ReadOnlySpan<UidEntry> entries)
    {
        var next = new int[UidKey.Shards + 1];
        foreach (ref readonly var entry in entries)
            next[UidKey.Of(entry.Fingerprint).Shard + 1]++;
        for (var shard = 1; shard < next.Length; shard++)
            next[shard] += next[shard - 1];
        var sorted = ArrayPool<UidEntry>.Shared.Rent(entries.Length);
        foreach (ref readonly var entry in entries)
            sorted[next[UidKey.Of(entry.Fingerprint).Shard]++] = entry;
        foreach (ref readonly var entry in sorted.AsSpan(0, entries.Length))
            Add(entry.Fingerprint, entry.Position);
        ArrayPool<UidEntry>.Shared.Return(sorted);
    }

    /// <inheritdoc/>
    /// <remarks>A forgotten position is ignored: the slot of a later one may look the same.</remarks>
    /// <exception cref="StoreUnavailableException">What was spilled cannot be read, or is damaged.</exception>
    public void Remove(ulong fingerprint, LogPosition position)
    {
        if (position.Value < _window.First || position.Value > _window.Newest)
            return;
        var key = UidKey.Of(fingerprint);
        if (!_table.Remove(key, position.Value))
            _runs?.Remove(key, position.Value);
    }

    /// <summary>
    /// Forgets entries before a position: they are no longer found. They are dropped and their memory is freed when
    /// their shard grows, and in 4 of the 256 shards with each call.
    /// </summary>
    public void Forget(LogPosition before)
    {
        if (before.Value > _window.First)
        {
            _window = new UidWindow(before.Value, _window.Newest);
            _table.BeginSweep();
            _runs?.Forget(before.Value);
        }
        // A table that spilled once will fill up again: it keeps its memory.
        _table.Sweep(_window, mayShrink: _runs is not { RunCount: > 0 });
    }

    /// <inheritdoc/>
    public void Clear()
    {
        _table.Dispose();
        _runs?.Clear();
        _window = new UidWindow(0, 0);
        _limit = _runs is null ? long.MaxValue : _tableBytes;
    }

    /// <summary>Frees the memory and deletes the spilled files.</summary>
    public void Dispose()
    {
        _table.Dispose();
        _runs?.Dispose();
    }

    // Derives a separate key, because the secret may have other uses.
    private static long SeedOf(byte[] secret) =>
        BinaryPrimitives.ReadInt64LittleEndian(HMACSHA256.HashData(secret, "uid fingerprints"u8));

    private void Spill()
    {
        if (_runs!.TrySpill(_table, _window))
        {
            _limit = _tableBytes;
            // The table will be filled again, so keep its memory unless it exceeds the limit.
            if (_table.Bytes > _limit)
                _table.Dispose();
            else
                _table.Clear();
        }
        else
            _limit = _table.Bytes + _tableBytes / 16;
    }
}
