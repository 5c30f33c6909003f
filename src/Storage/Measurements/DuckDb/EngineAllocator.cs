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

    /// <summary>Lets the allocator keep what was freed for some seconds, where it can be told to.</summary>
    public static void KeepFreedMemory()
    {
        if (!NativeLibrary.TryLoad("duckdb", typeof(EngineAllocator).Assembly, null, out var engine)
            || !NativeLibrary.TryGetExport(engine, "duckdb_je_mallctl", out var control))
            return;
        Set(control, "arenas.dirty_decay_ms\0"u8); // for arenas to come
        Set(control, "arena.4096.dirty_decay_ms\0"u8); // for all that there are
    }

    private static void Set(IntPtr control, ReadOnlySpan<byte> name)
    {
        var kept = KeptMilliseconds;
        fixed (byte* text = name)
            _ = ((delegate* unmanaged[Cdecl]<byte*, void*, nuint*, void*, nuint, int>)control)(
                text, null, null, &kept, (nuint)sizeof(nint));
    }
}
