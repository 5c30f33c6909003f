using System.Runtime.InteropServices;

namespace Tallystick.Storage.Measurements.Uids;

/// <summary>
/// Memory that is read and written here and there: on Linux in pages of two megabytes where it is large enough, since
/// the processor knows the places of few pages at a time. It comes from the system and goes back there at once: what
/// grows and moves again and again would leave holes in a heap.
/// </summary>
internal static unsafe partial class HugePages
{
    private const long PageBytes = 2 * 1024 * 1024;
    private const int ReadAndWrite = 1 | 2;
    private const int PrivateAndAnonymous = 2 | 32;
    private const int AdviseHugePages = 14;

    public static byte* AllocZeroed(long bytes)
    {
        if (!IsLarge(bytes))
            return (byte*)NativeMemory.AllocZeroed((nuint)bytes);
        var memory = Map(null, (nuint)bytes, ReadAndWrite, PrivateAndAnonymous, -1, 0);
        if (memory == (byte*)-1)
            throw new OutOfMemoryException($"The system has no {bytes} bytes of memory for the uid index.");
        _ = Advise(memory, (nuint)bytes, AdviseHugePages); // where it is refused, small pages serve as well
        return memory;
    }

    /// <param name="memory">What was allocated, or null.</param>
    /// <param name="bytes">As many as were asked for.</param>
    public static void Free(byte* memory, long bytes)
    {
        if (IsLarge(bytes))
            _ = Unmap(memory, (nuint)bytes);
        else
            NativeMemory.Free(memory);
    }

    private static bool IsLarge(long bytes) => bytes >= PageBytes && OperatingSystem.IsLinux();

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial byte* Map(
        byte* address, nuint bytes, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(byte* memory, nuint bytes);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(byte* memory, nuint bytes, int advice);
}
