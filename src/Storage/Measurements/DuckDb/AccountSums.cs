using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DuckDB.NET.Data;
using DuckDB.NET.Native;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// The aggregate function <c>account_sums</c>: takes account keys and numbers of <see cref="ColumnKind.Narrow"/>, and
/// returns the sum for each account that has a number, encoded as one binary value. In sorted rows, the rows of an
/// account are adjacent, so the function looks up the account once for all of them; the engine's GROUP BY would look it
/// up for each row.
/// </summary>
/// <remarks>For statements without GROUP BY only: all rows of a chunk belong to one state.</remarks>
internal static unsafe partial class AccountSums
{
    /// <summary>The name in SQL.</summary>
    public const string Name = "account_sums";

    /// <summary>Registers the function with the database, for as long as the database is open.</summary>
    public static void Register(DuckDBConnection connection) => AggregateFunction.Register(
        connection, Name, [ColumnType.Int32, ColumnKind.Narrow.Type()], ColumnType.Blob,
        new AggregateSteps
        {
            Size = &SizeOfState,
            Begin = &Begin,
            Add = &Add,
            Combine = &Combine,
            Finish = &Finish,
            End = &End,
        });

    /// <summary>The sums in a result of the function; valid as long as the result.</summary>
    public static ReadOnlySpan<AccountSum> Read(ReadOnlySpan<byte> result) =>
        MemoryMarshal.Cast<byte, AccountSum>(result);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static ulong SizeOfState(IntPtr info) => (ulong)sizeof(IntPtr);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Begin(IntPtr info, void* state)
    {
        *(IntPtr*)state = 0;
        try
        {
            *(IntPtr*)state = GCHandle.ToIntPtr(GCHandle.Alloc(new Dictionary<int, Int128>()));
        }
        catch (Exception fault)
        {
            AggregateFunction.Fail(info, fault);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Add(IntPtr info, IntPtr rows, void** states)
    {
        try
        {
            Add(rows, states);
        }
        catch (Exception fault)
        {
            AggregateFunction.Fail(info, fault);
        }
    }

    private static void Add(IntPtr rows, void** states)
    {
        using var data = new DuckDBDataChunk(rows);
        var chunk = new Chunk(data, (int)NativeMethods.DataChunks.DuckDBDataChunkGetSize(data));
        if (chunk.Rows == 0)
            return;
        var sums = SumsOf(states[0]);
        var isPresent = chunk.Presence(1);
        if (isPresent.IsEmpty)
            AddRuns(sums, chunk.Values<int>(0), chunk.Values<long>(1));
        else
            AddPresent(sums, chunk.Values<int>(0), chunk.Values<long>(1), isPresent);
    }

    private static void AddRuns(Dictionary<int, Int128> sums, ReadOnlySpan<int> accounts, ReadOnlySpan<long> values)
    {
        while (!values.IsEmpty)
        {
            var others = accounts.IndexOfAnyExcept(accounts[0]);
            var run = others < 0 ? accounts.Length : others;
            SumOf(sums, accounts[0]) += NarrowSum.SumOf(values[..run]);
            values = values[run..];
            accounts = accounts[run..];
        }
    }

    private static void AddPresent(
        Dictionary<int, Int128> sums, ReadOnlySpan<int> accounts, ReadOnlySpan<long> values,
        ReadOnlySpan<ulong> isPresent)
    {
        for (var row = 0; row < values.Length; row++)
        {
            if ((isPresent[row >> 6] & (1UL << (row & 63))) != 0)
                SumOf(sums, accounts[row]) += values[row];
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Combine(IntPtr info, void** parts, void** states, ulong count)
    {
        try
        {
            Combine(parts, states, count);
        }
        catch (Exception fault)
        {
            AggregateFunction.Fail(info, fault);
        }
    }

    private static void Combine(void** parts, void** states, ulong count)
    {
        for (var index = 0UL; index < count; index++)
        {
            var sums = SumsOf(states[index]);
            foreach (var (account, sum) in SumsOf(parts[index]))
                SumOf(sums, account) += sum;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Finish(IntPtr info, void** states, IntPtr result, ulong count, ulong offset)
    {
        try
        {
            Finish(states, result, count, offset);
        }
        catch (Exception fault)
        {
            AggregateFunction.Fail(info, fault);
        }
    }

    private static void Finish(void** states, IntPtr result, ulong count, ulong offset)
    {
        for (var index = 0UL; index < count; index++)
        {
            AccountSum[] sums = [.. SumsOf(states[index]).Select(sum => new AccountSum(sum.Key, sum.Value))];
            fixed (AccountSum* first = sums)
                AssignBytes(result, offset + index, first, (ulong)sums.Length * (ulong)sizeof(AccountSum));
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void End(void** states, ulong count)
    {
        for (var index = 0UL; index < count; index++)
        {
            // A state whose Begin failed has no handle.
            if (*(IntPtr*)states[index] is not 0 and var handle)
                GCHandle.FromIntPtr(handle).Free();
        }
    }

    private static Dictionary<int, Int128> SumsOf(void* state) =>
        (Dictionary<int, Int128>)GCHandle.FromIntPtr(*(IntPtr*)state).Target!;

    private static ref Int128 SumOf(Dictionary<int, Int128> sums, int account) =>
        ref CollectionsMarshal.GetValueRefOrAddDefault(sums, account, out _);

    [LibraryImport("duckdb", EntryPoint = "duckdb_vector_assign_string_element_len")]
    private static partial void AssignBytes(IntPtr vector, ulong index, void* bytes, ulong length);
}

/// <summary>
/// The sum of an account, stored in two halves because the engine's memory is not aligned to 16 bytes.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct AccountSum(int account, Int128 sum)
{
    private readonly ulong _lower = (ulong)sum;
    private readonly ulong _upper = (ulong)(sum >> 64);
    private readonly long _account = account;

    /// <summary>Key of the account.</summary>
    public int Account => (int)_account;

    /// <summary>The sum in the unit of <see cref="ColumnKind.Narrow"/>.</summary>
    public Int128 Units => new(_upper, _lower);
}
