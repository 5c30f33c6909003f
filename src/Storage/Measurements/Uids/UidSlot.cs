namespace Tallystick.Storage.Measurements.Uids;

/// <summary>
/// One entry in ten bytes, in memory and on disk: four bytes of the fingerprint and six of the position, from which
/// <see cref="UidWindow"/> restores the position. In an empty slot the six bytes are 0.
/// </summary>
internal static unsafe class UidSlot
{
    public const int Bytes = 10;

    /// <summary>Number of consecutive positions that a slot can distinguish.</summary>
    public const long Positions = (1L << 48) - 1;

    public static uint Remainder(byte* slot) => *(uint*)slot;

    /// <summary>The stored form of a position other than 0; never 0.</summary>
    public static long Kept(long position) => 1 + (long)((ulong)(position - 1) % (ulong)Positions);

    /// <summary>The stored form of the slot's position.</summary>
    public static long Kept(byte* slot) => (long)(*(ulong*)(slot + 2) >> 16);

    public static bool IsEmpty(byte* slot) => Kept(slot) == 0;

    public static void Write(byte* slot, uint remainder, long kept)
    {
        *(uint*)slot = remainder;
        *(uint*)(slot + 4) = (uint)kept;
        *(ushort*)(slot + 8) = (ushort)(kept >> 32);
    }
}
