namespace Tallystick.Metering.Measurements;

/// <summary>
/// Finds where in the measurement log a uid may have been used before. It contains fingerprints, not uids: a match must
/// be verified against the log, while no match means that the uid was never added. Not thread-safe.
/// </summary>
public interface IUidIndex
{
    /// <summary>The number of entries, including those before <see cref="Forget"/> that are not dropped yet.</summary>
    long Count { get; }

    /// <summary>Memory in use, in bytes.</summary>
    long MemoryBytes { get; }

    /// <summary>
    /// The fingerprint of a uid of an organization, both as UTF-8. It is keyed with a secret of the installation, so it
    /// is the same in all its processes and senders cannot predict it.
    /// </summary>
    ulong Fingerprint(ReadOnlySpan<byte> organizationId, ReadOnlySpan<byte> uid);

    /// <summary>Prefetches the memory that <see cref="Find"/> will read into the processor's cache.</summary>
    void Prefetch(ulong fingerprint);

    /// <summary>
    /// Writes the positions added under a fingerprint into the span, up to its length. May include positions of other
    /// fingerprints.
    /// </summary>
    /// <returns>The number of positions written.</returns>
    int Find(ulong fingerprint, Span<LogPosition> positions);

    /// <summary>Adds a position. Equal entries may be added more than once.</summary>
    void Add(ulong fingerprint, LogPosition position);

    /// <summary>Adds many entries; faster than adding them one by one.</summary>
    void AddAll(ReadOnlySpan<UidEntry> entries);

    /// <summary>Removes an entry; does nothing if there is none.</summary>
    void Remove(ulong fingerprint, LogPosition position);

    /// <summary>Allows entries before a position to be dropped. They may still be found for a while.</summary>
    void Forget(LogPosition before);

    /// <summary>Removes every entry.</summary>
    void Clear();
}

/// <summary>An entry of the uid index.</summary>
/// <param name="Fingerprint">The fingerprint of the uid.</param>
/// <param name="Position">Position of the measurement in the log.</param>
public readonly record struct UidEntry(ulong Fingerprint, LogPosition Position);
