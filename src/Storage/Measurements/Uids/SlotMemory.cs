using System.Runtime.InteropServices;

namespace Tallystick.Storage.Measurements.Uids;

/// <summary>
/// Memory that grows and shrinks again and again. On Linux all but a little comes from the system and goes back there
/// at once, and grows without being copied: in a heap it would leave holes as large as all that it held.
/// </summary>
internal static unsafe partial class SlotMemory
{
    private const long LeastMapped = 64 * 1024;
    private const int ReadAndWrite = 1 | 2;
    private const int PrivateAndAnonymous = 2 | 32;
    private const int MayMove = 1;

    /// <summary>Makes memory larger or smaller, and keeps what is in both.</summary>
    /// <param name="memory">What was given before, or null.</param>
    /// <param name="from">Bytes it has.</param>
    /// <param name="to">Bytes it is to have, more than none; those that are new hold anything.</param>
    /// <exception cref="OutOfMemoryException">The system has no more; the memory is as it was.</exception>
    public static byte* Resize(byte* memory, long from, long to)
    {
        if (IsMapped(from) && IsMapped(to))
            return Check(Remap(memory, (nuint)from, (nuint)to, MayMove), to);
        if (!IsMapped(from) && !IsMapped(to))
            return (byte*)NativeMemory.Realloc(memory, (nuint)to);
        var moved = IsMapped(to)
            ? Check(Map(null, (nuint)to, ReadAndWrite, PrivateAndAnonymous, -1, 0), to)
            : (byte*)NativeMemory.Alloc((nuint)to);
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
            _ = Unmap(memory, (nuint)bytes);
        else
            NativeMemory.Free(memory);
    }

    private static bool IsMapped(long bytes) => bytes >= LeastMapped && OperatingSystem.IsLinux();

    private static byte* Check(byte* mapped, long bytes) => mapped != (byte*)-1
        ? mapped
        : throw new OutOfMemoryException($"The system has no {bytes} bytes of memory for the uid index.");

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial byte* Map(
        byte* address, nuint bytes, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mremap")]
    private static partial byte* Remap(byte* memory, nuint from, nuint to, int flags);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(byte* memory, nuint bytes);
}
