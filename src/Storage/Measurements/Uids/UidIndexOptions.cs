namespace Tallystick.Storage.Measurements.Uids;

/// <summary>Settings of the uid index.</summary>
public sealed record UidIndexOptions
{
    /// <summary>
    /// Bytes of memory it may hold. Three quarters are for entries, at 11 to 13 bytes each; the rest is used only
    /// once entries have been spilled.
    /// </summary>
    public long MemoryBytes { get; init; } = 2_000_000_000;

    /// <summary>
    /// Directory, for nothing else, into which entries are spilled that exceed the memory; null keeps all in memory,
    /// however much that is.
    /// </summary>
    public string? SpillDirectory { get; init; }

    /// <summary>
    /// What fingerprints are keyed with, so that nobody can choose uids that collide: indexes with the same secret give
    /// the same fingerprints. Null for a random one that no other index has.
    /// </summary>
    public IReadOnlyList<byte>? Secret { get; init; }
}
