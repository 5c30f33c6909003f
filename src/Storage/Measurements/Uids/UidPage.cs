using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Tallystick.Storage.Measurements.Uids;

/// <summary>
/// A page of a run: the slots of one shard, ordered by remainder, then empty slots, and a checksum that also covers the
/// number of the page.
/// </summary>
internal static unsafe class UidPage
{
    public const int Bytes = 4096;
    public const int Slots = ChecksumOffset / UidSlot.Bytes;

    private const int ChecksumOffset = Bytes - sizeof(uint);

    /// <summary>Allocates memory for empty pages; the caller frees it.</summary>
    public static byte* Allocate(int pages) => (byte*)NativeMemory.AllocZeroed((nuint)(pages * Bytes));

    public static byte* Slot(byte* page, int index) => page + index * UidSlot.Bytes;

    public static void Seal(byte* page, long number) => *(uint*)(page + ChecksumOffset) = Checksum(page, number);

    public static bool IsSealed(byte* page, long number) =>
        *(uint*)(page + ChecksumOffset) == Checksum(page, number);

    /// <summary>
    /// The first slot that is empty or whose remainder is not smaller; the number of slots if there is none.
    /// </summary>
    public static int FirstOf(byte* page, uint remainder)
    {
        var (low, high) = (0, Slots);
        while (low < high)
        {
            var middle = (low + high) / 2;
            var slot = Slot(page, middle);
            if (!UidSlot.IsEmpty(slot) && UidSlot.Remainder(slot) < remainder)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    private static uint Checksum(byte* page, long number) =>
        (uint)XxHash3.HashToUInt64(new ReadOnlySpan<byte>(page, ChecksumOffset), number);
}
