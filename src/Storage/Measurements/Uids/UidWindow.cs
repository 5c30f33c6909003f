namespace Tallystick.Storage.Measurements.Uids;

/// <summary>
/// The positions that an index holds: those from the first that is not forgotten to the newest. They move with the log,
/// which may grow without end. A slot keeps only the remainder of a position, which is one of them or of none.
/// </summary>
/// <remarks>
/// A forgotten entry that was not dropped yet gives a position behind the newest, and counts as of none. One that is
/// 2^48 bytes older than the newest may give one of them: it is then found and, as all that is found, compared with the
/// log.
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

    /// <summary>The position of which a slot that is not empty keeps a remainder.</summary>
    public long Position(long kept)
    {
        var distance = kept - _keptOfFirst;
        return First + (distance < 0 ? distance + UidSlot.Positions : distance);
    }

    /// <summary>False for an empty slot, and for one whose entry is forgotten.</summary>
    public bool Holds(long kept) => kept != 0 && Position(kept) <= Newest;
}
