using System.Runtime.InteropServices;

namespace Tallystick.Storage.Measurements.Uids;

/// <summary>
/// Memory that is read and written here and there: on Linux in pages of two megabytes where it is large enough, since
/// the processor knows the places of few pages at a time.
/// </summary>
internal static unsafe partial class HugePages
{
    private const int PageBytes = 2 * 1024 * 1024;
    private const int LineBytes = 64;
    private const int AdviseHugePages = 14;

    public static byte* AllocZeroed(long bytes)
    {
        var isLarge = bytes >= PageBytes && OperatingSystem.IsLinux();
        var memory = (byte*)NativeMemory.AlignedAlloc((nuint)bytes, (nuint)(isLarge ? PageBytes : LineBytes));
        if (isLarge)
            _ = Advise(memory, (nuint)bytes, AdviseHugePages); // where it is refused, small pages serve as well
        NativeMemory.Clear(memory, (nuint)bytes);
        return memory;
    }

    public static void Free(byte* memory) => NativeMemory.AlignedFree(memory);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(byte* memory, nuint bytes, int advice);
}
