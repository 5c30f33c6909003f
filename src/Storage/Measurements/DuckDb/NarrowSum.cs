using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using DuckDB.NET.Data;
using DuckDB.NET.Native;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// The aggregate function <c>narrow_sum</c>: the sum of a column of <see cref="ColumnKind.Narrow"/>; 0 if there are no
/// values. In sorted rows, the rows of an account are adjacent, so the function sums a whole run before it adds the
/// result to the account's sum. The engine's own function adds row by row, and each addition waits for the one before.
/// </summary>
internal static unsafe class NarrowSum
{
    /// <summary>The name in SQL.</summary>
    public const string Name = "narrow_sum";

    // Values added without overflow: each lane adds eight values, each below 10^18, and 8 * 10^18 is below 2^63.
    private const int AddedTogether = 32;

    private const byte SumWidth = 38;

    /// <summary>Registers the function with the database, for as long as the database is open.</summary>
    public static void Register(DuckDBConnection connection) => AggregateFunction.Register(
        connection, Name, [ColumnKind.Narrow.Type()],
        new ColumnType(DuckDBType.Decimal, SumWidth, (byte)ColumnKind.Narrow.Scale()),
        new AggregateSteps
        {
            Size = &SizeOfSum,
            Begin = &Begin,
            Add = &Add,
            Combine = &Combine,
            Finish = &Finish,
        });

    /// <summary>The sum of numbers of <see cref="ColumnKind.Narrow"/>.</summary>
    public static Int128 SumOf(ReadOnlySpan<long> values)
    {
        Int128 sum = 0;
        for (; values.Length >= AddedTogether; values = values[AddedTogether..])
        {
            var lanes = Vector256<long>.Zero;
            for (var at = 0; at < AddedTogether; at += Vector256<long>.Count)
                lanes += Vector256.Create(values[at..]);
            sum += (Int128)lanes[0] + lanes[1] + lanes[2] + lanes[3];
        }
        foreach (var value in values)
            sum += value;
        return sum;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static ulong SizeOfSum(IntPtr info) => (ulong)sizeof(Total);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Begin(IntPtr info, void* sum) => *(Total*)sum = default;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Add(IntPtr info, IntPtr rows, void** sums)
    {
        try
        {
            Add(rows, sums);
        }
        catch (Exception fault)
        {
            AggregateFunction.Fail(info, fault);
        }
    }

    private static void Add(IntPtr rows, void** sums)
    {
        using var data = new DuckDBDataChunk(rows);
        var chunk = new Chunk(data, (int)NativeMethods.DataChunks.DuckDBDataChunkGetSize(data));
        var isPresent = chunk.Presence(0);
        if (isPresent.IsEmpty)
            AddRuns(chunk.Values<long>(0), (Total**)sums);
        else
            AddPresent(chunk.Values<long>(0), isPresent, (Total**)sums);
    }

    private static void AddRuns(ReadOnlySpan<long> values, Total** sums)
    {
        var owners = new ReadOnlySpan<IntPtr>(sums, values.Length);
        while (!values.IsEmpty)
        {
            var others = owners.IndexOfAnyExcept(owners[0]);
            var run = others < 0 ? owners.Length : others;
            ((Total*)owners[0])->Add(SumOf(values[..run]));
            values = values[run..];
            owners = owners[run..];
        }
    }

    private static void AddPresent(ReadOnlySpan<long> values, ReadOnlySpan<ulong> isPresent, Total** sums)
    {
        for (var row = 0; row < values.Length; row++)
        {
            if ((isPresent[row >> 6] & (1UL << (row & 63))) != 0)
                sums[row]->Add(values[row]);
        }
    }

    // The steps below only add and copy integers, so they cannot throw.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Combine(IntPtr info, void** parts, void** sums, ulong count)
    {
        for (var index = 0UL; index < count; index++)
            ((Total*)sums[index])->Add(((Total*)parts[index])->Sum);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Finish(IntPtr info, void** sums, IntPtr result, ulong count, ulong offset)
    {
        var results = (Total*)NativeMethods.Vectors.DuckDBVectorGetData(result) + offset;
        for (var index = 0UL; index < count; index++)
            results[index] = *(Total*)sums[index];
    }

    /// <summary>
    /// A sum in the engine's format for decimals of 38 digits; in two halves, because the engine aligns them to 8
    /// bytes.
    /// </summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Total
    {
        private ulong _lower;
        private ulong _upper;

        public readonly Int128 Sum => new(_upper, _lower);

        public void Add(Int128 value)
        {
            var sum = Sum + value;
            (_lower, _upper) = ((ulong)sum, (ulong)(sum >> 64));
        }
    }
}
