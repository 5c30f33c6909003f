namespace Tallystick.Metering.Measurements;

/// <summary>
/// Finds where in the measurement log a uid may have been used before. It knows fingerprints, not uids: what it finds
/// must be compared with the log, what it does not find was never added. One thread uses it at a time.
/// </summary>
public interface IUidIndex
{
    /// <summary>Entries held: those added and neither removed nor dropped after <see cref="Forget"/>.</summary>
    long Count { get; }

    /// <summary>Bytes of memory held.</summary>
    long MemoryBytes { get; }

    /// <summary>
    /// The fingerprint of a uid of an organization, both as UTF-8. It is keyed with a secret of the installation: equal
    /// in all processes of it, and not to be foreseen by a sender.
    /// </summary>
    ulong Fingerprint(ReadOnlySpan<byte> organizationId, ReadOnlySpan<byte> uid);

    /// <summary>Fetches into the processor's cache what <see cref="Find"/> will read.</summary>
    void Prefetch(ulong fingerprint);

    /// <summary>
    /// Writes the positions added under a fingerprint, and sometimes others, into the span, at most as many as it
    /// holds.
    /// </summary>
    /// <returns>Their number.</returns>
    int Find(ulong fingerprint, Span<LogPosition> positions);

    /// <summary>Adds a position. Equal entries may be added more than once.</summary>
    void Add(ulong fingerprint, LogPosition position);

    /// <summary>Adds many entries, which is quicker than one after the other.</summary>
    void AddAll(ReadOnlySpan<UidEntry> entries);

    /// <summary>Removes an entry added before; does nothing when there is none.</summary>
    void Remove(ulong fingerprint, LogPosition position);

    /// <summary>Lets entries before a position go; they may be found for a while yet.</summary>
    void Forget(LogPosition before);

    /// <summary>Removes every entry.</summary>
    void Clear();
}

/// <summary>An entry of the uid index.</summary>
/// <param name="Fingerprint">The fingerprint of the uid.</param>
/// <param name="Position">Where in the measurement log it was used.</param>
public readonly record struct UidEntry(ulong Fingerprint, LogPosition Position);
