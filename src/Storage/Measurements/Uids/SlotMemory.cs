using System.Runtime.InteropServices;

namespace Tallystick.Storage.Measurements.Uids;

/// <summary>
/// Memory that grows and shrinks repeatedly. On Linux, all but small blocks are mapped from the system and returned to
/// it at once; in a heap they would leave large holes. Many times the needed address space is reserved, so that a block
/// grows in place: a page that moves costs the processor and the hypervisor a new address translation.
/// </summary>
internal static unsafe partial class SlotMemory
{
    private const long MinMapped = 64 * 1024;
    private const long MinAddresses = 64 * 1024 * 1024;
    private const int AddressesFactor = 16;
    private const int Nothing = 0;
    private const int ReadAndWrite = 1 | 2;
    private const int PrivateAnonymousAndUnreserved = 2 | 32 | 0x4000;
    private const int NotNeeded = 4;

    private static readonly long PageBytes = Environment.SystemPageSize;

    /// <summary>Grows or shrinks a block, keeping the common content.</summary>
    /// <param name="memory">The block; null for a new one.</param>
    /// <param name="from">Its size in bytes.</param>
    /// <param name="to">The new size in bytes, more than 0. New bytes are not initialized.</param>
    /// <exception cref="OutOfMemoryException">The system has no memory; the block is unchanged.</exception>
    public static byte* Resize(byte* memory, long from, long to)
    {
        if (!IsMapped(from) && !IsMapped(to))
            return (byte*)NativeMemory.Realloc(memory, (nuint)to);
        if (AddressesFor(from) == AddressesFor(to))
        {
            if (to > from)
                Open(memory, from, to);
            else
                Close(memory, from, to);
            return memory;
        }
        var moved = IsMapped(to) ? Map(to) : (byte*)NativeMemory.Alloc((nuint)to);
        var kept = Math.Min(from, to);
        Buffer.MemoryCopy(memory, moved, kept, kept);
        Free(memory, from);
        return moved;
    }

    /// <param name="memory">The block, or null.</param>
    /// <param name="bytes">Its size in bytes.</param>
    public static void Free(byte* memory, long bytes)
    {
        if (IsMapped(bytes))
            _ = Unmap(memory, (nuint)AddressesFor(bytes));
        else
            NativeMemory.Free(memory);
    }

    private static bool IsMapped(long bytes) => bytes >= MinMapped && OperatingSystem.IsLinux();

    // Reserved address space; 0 for blocks that are not mapped.
    private static long AddressesFor(long bytes)
    {
        if (!IsMapped(bytes))
            return 0;
        var addresses = MinAddresses;
        while (addresses < bytes)
            addresses *= AddressesFactor;
        return addresses;
    }

    private static byte* Map(long bytes)
    {
        var addresses = AddressesFor(bytes);
        var mapped = Map(null, (nuint)addresses, Nothing, PrivateAnonymousAndUnreserved, -1, 0);
        if (mapped == (byte*)-1)
            throw NoMemory(bytes);
        try
        {
            Open(mapped, 0, bytes);
        }
        catch (OutOfMemoryException)
        {
            _ = Unmap(mapped, (nuint)addresses);
            throw;
        }
        return mapped;
    }

    private static void Open(byte* memory, long from, long to)
    {
        var (first, end) = (WholePages(from), WholePages(to));
        if (end > first && Protect(memory + first, (nuint)(end - first), ReadAndWrite) != 0)
            throw NoMemory(to);
    }

    private static void Close(byte* memory, long from, long to)
    {
        var (first, end) = (WholePages(to), WholePages(from));
        if (end == first)
            return;
        _ = Advise(memory + first, (nuint)(end - first), NotNeeded);
        _ = Protect(memory + first, (nuint)(end - first), Nothing);
    }

    private static long WholePages(long bytes) => (bytes + PageBytes - 1) / PageBytes * PageBytes;

    private static OutOfMemoryException NoMemory(long bytes) =>
        new($"The system cannot provide {bytes} bytes of memory for the uid index.");

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial byte* Map(
        byte* address, nuint bytes, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(byte* memory, nuint bytes, int protection);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(byte* memory, nuint bytes, int advice);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(byte* memory, nuint bytes);
}
