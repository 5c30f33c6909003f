using System.Runtime.InteropServices;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// The allocator inside the engine, jemalloc where it has one. It gives what was freed back to the system within a
/// second; but each load takes the same memory a tenth of a second after the one before, and the system would clear
/// and map every page of it again.
/// </summary>
internal static unsafe class EngineAllocator
{
    private const nint KeptMilliseconds = 10_000;

    private static readonly IntPtr Control = Find();

    /// <summary>Lets the allocator keep what was freed for some seconds, where it can be told to.</summary>
    public static void KeepFreedMemory()
    {
        var kept = KeptMilliseconds;
        Tell("arenas.dirty_decay_ms\0"u8, &kept); // arenas to come
        Tell("arena.4096.dirty_decay_ms\0"u8, &kept); // all that there are
    }

    /// <summary>Gives what was freed back to the system now, where that is possible.</summary>
    public static void GiveFreedMemoryBack() => Tell("arena.4096.purge\0"u8, null);

    private static IntPtr Find() =>
        NativeLibrary.TryLoad("duckdb", typeof(EngineAllocator).Assembly, null, out var engine)
        && NativeLibrary.TryGetExport(engine, "duckdb_je_mallctl", out var control)
            ? control
            : 0;

    private static void Tell(ReadOnlySpan<byte> name, nint* value)
    {
        if (Control == 0)
            return;
        fixed (byte* text = name)
        {
            _ = ((delegate* unmanaged[Cdecl]<byte*, void*, nuint*, void*, nuint, int>)Control)(
                text, null, null, value, value is null ? 0 : (nuint)sizeof(nint));
        }
    }
}
