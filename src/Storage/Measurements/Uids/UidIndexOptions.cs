namespace Tallystick.Storage.Measurements.Uids;

/// <summary>Settings of the uid index.</summary>
public sealed record UidIndexOptions
{
    /// <summary>
    /// Maximum bytes of memory. Three quarters are for entries, at 11 to 13 bytes each; the rest is used only after
    /// entries have been spilled.
    /// </summary>
    public long MemoryBytes { get; init; } = 2_000_000_000;

    /// <summary>
    /// A directory of its own for entries that exceed the memory; null keeps all entries in memory, without a limit.
    /// </summary>
    public string? SpillDirectory { get; init; }

    /// <summary>
    /// The key of the fingerprints, so that nobody can choose uids that collide. Indexes with the same secret compute
    /// the same fingerprints. Null for a random secret.
    /// </summary>
    public IReadOnlyList<byte>? Secret { get; init; }
}
