namespace Tallystick.Storage.Measurements.Uids;

/// <summary>
/// One entry in ten bytes, in memory as on disk: four of the fingerprint, six of the position, of which it keeps what
/// <see cref="UidWindow"/> needs to tell it. A slot that keeps 0 is empty.
/// </summary>
internal static unsafe class UidSlot
{
    public const int Bytes = 10;

    /// <summary>How many positions in a row are told apart.</summary>
    public const long Positions = (1L << 48) - 1;

    public static uint Remainder(byte* slot) => *(uint*)slot;

    /// <summary>What is kept of a position, which is not 0: never 0.</summary>
    public static long Kept(long position) => 1 + (long)((ulong)(position - 1) % (ulong)Positions);

    /// <summary>What the slot keeps of its position.</summary>
    public static long Kept(byte* slot) => (long)(*(ulong*)(slot + 2) >> 16);

    public static bool IsEmpty(byte* slot) => Kept(slot) == 0;

    public static void Write(byte* slot, uint remainder, long kept)
    {
        *(uint*)slot = remainder;
        *(uint*)(slot + 4) = (uint)kept;
        *(ushort*)(slot + 8) = (ushort)(kept >> 32);
    }
}
