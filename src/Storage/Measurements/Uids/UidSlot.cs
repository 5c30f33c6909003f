namespace Tallystick.Storage.Measurements.Uids;

/// <summary>
/// One entry in ten bytes, in memory as on disk: four of the fingerprint, six of the position. A slot whose position
/// is 0 is empty: a frame of the log stands at 0, never a row.
/// </summary>
internal static unsafe class UidSlot
{
    public const int Bytes = 10;

    /// <summary>Greatest position that fits.</summary>
    public const long MaxPosition = (1L << 48) - 1;

    public static uint Remainder(byte* slot) => *(uint*)slot;

    public static long Position(byte* slot) => (long)(*(ulong*)(slot + 2) >> 16);

    public static bool IsEmpty(byte* slot) => Position(slot) == 0;

    public static void Write(byte* slot, uint remainder, long position)
    {
        *(uint*)slot = remainder;
        *(uint*)(slot + 4) = (uint)position;
        *(ushort*)(slot + 8) = (ushort)(position >> 32);
    }
}
