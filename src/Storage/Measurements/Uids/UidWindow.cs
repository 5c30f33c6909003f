namespace Tallystick.Storage.Measurements.Uids;

/// <summary>
/// The range of positions that an index holds: from the first that is not forgotten to the newest. The range moves with
/// the log, which grows without limit. A slot stores only the remainder of a position, which identifies at most one
/// position of the range.
/// </summary>
/// <remarks>
/// A forgotten entry that is not yet dropped resolves to a position after the newest and is ignored. An entry that is
/// 2^48 bytes older than the newest may resolve to a position in the range: it is then found and, like everything
/// found, compared with the log.
/// </remarks>
internal readonly struct UidWindow
{
    private readonly long _keptOfFirst;

    /// <param name="before">Entries before this position are forgotten.</param>
    /// <param name="newest">The greatest position that was added; 0 for none.</param>
    public UidWindow(long before, long newest)
    {
        First = Math.Max(1, before);
        _keptOfFirst = UidSlot.Kept(First);
        Newest = newest;
    }

    /// <summary>The first position that is not forgotten.</summary>
    public long First { get; }

    /// <summary>The greatest position that was added.</summary>
    public long Newest { get; }

    /// <summary>The position that a non-empty slot stands for.</summary>
    public long Position(long kept)
    {
        var distance = kept - _keptOfFirst;
        return First + (distance < 0 ? distance + UidSlot.Positions : distance);
    }

    /// <summary>False for an empty slot and for a forgotten entry.</summary>
    public bool Holds(long kept) => kept != 0 && Position(kept) <= Newest;
}
