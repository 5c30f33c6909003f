using System.Runtime.InteropServices;

namespace Tallystick.Storage.Measurements.Uids;

/// <summary>
/// Memory that grows and shrinks again and again. On Linux all but a little comes from the system and goes back there
/// at once: in a heap it would leave holes as large as all that it held. Addresses are set aside for many times as
/// much, so that it grows where it is: a page that moves must be found anew by the processor, and by the host below it.
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

    /// <summary>Makes memory larger or smaller, and keeps what is in both.</summary>
    /// <param name="memory">What was given before, or null.</param>
    /// <param name="from">Bytes it has.</param>
    /// <param name="to">Bytes it is to have, more than none; those that are new hold anything.</param>
    /// <exception cref="OutOfMemoryException">The system has no more; the memory is as it was.</exception>
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

    /// <param name="memory">What was given, or null.</param>
    /// <param name="bytes">The bytes it has.</param>
    public static void Free(byte* memory, long bytes)
    {
        if (IsMapped(bytes))
            _ = Unmap(memory, (nuint)AddressesFor(bytes));
        else
            NativeMemory.Free(memory);
    }

    private static bool IsMapped(long bytes) => bytes >= MinMapped && OperatingSystem.IsLinux();

    // None for what is not mapped.
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
