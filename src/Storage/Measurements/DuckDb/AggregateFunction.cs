using System.Runtime.InteropServices;
using DuckDB.NET.Data;
using DuckDB.NET.Native;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>Makes aggregate functions of ours known to the engine, by its C interface.</summary>
internal static unsafe partial class AggregateFunction
{
    /// <summary>Makes a function known to the database, for as long as it is open.</summary>
    /// <param name="connection">A connection to the database.</param>
    /// <param name="name">Its name in SQL.</param>
    /// <param name="parameters">Types of what it is given.</param>
    /// <param name="result">Type of what it results in.</param>
    /// <param name="steps">What it does.</param>
    public static void Register(
        DuckDBConnection connection, string name, ColumnType[] parameters, ColumnType result, AggregateSteps steps)
    {
        var function = Create();
        try
        {
            SetName(function, name);
            foreach (var parameter in parameters)
            {
                using var type = parameter.Create();
                AddParameter(function, type);
            }
            using var resultType = result.Create();
            SetReturnType(function, resultType);
            SetFunctions(function, steps.Size, steps.Begin, steps.Add, steps.Combine, steps.Finish);
            if (steps.End is not null)
                SetDestructor(function, steps.End);
            if (Register(connection.NativeConnection, function) != DuckDBState.Success)
                throw new NotSupportedException($"The measurement store rejected the function {name}.");
        }
        finally
        {
            Destroy(ref function);
        }
    }

    /// <summary>
    /// Fails the query that a step belongs to. An exception that left a step would end the process: the engine does not
    /// know exceptions of ours.
    /// </summary>
    /// <param name="info">What the engine gave the step.</param>
    /// <param name="fault">What the step met.</param>
    public static void Fail(IntPtr info, Exception fault) => SetError(info, fault.Message);

    [LibraryImport(
        "duckdb", EntryPoint = "duckdb_aggregate_function_set_error", StringMarshalling = StringMarshalling.Utf8)]
    private static partial void SetError(IntPtr info, string message);

    [LibraryImport("duckdb", EntryPoint = "duckdb_create_aggregate_function")]
    private static partial IntPtr Create();

    [LibraryImport("duckdb", EntryPoint = "duckdb_destroy_aggregate_function")]
    private static partial void Destroy(ref IntPtr function);

    [LibraryImport(
        "duckdb", EntryPoint = "duckdb_aggregate_function_set_name", StringMarshalling = StringMarshalling.Utf8)]
    private static partial void SetName(IntPtr function, string name);

    [LibraryImport("duckdb", EntryPoint = "duckdb_aggregate_function_add_parameter")]
    private static partial void AddParameter(IntPtr function, DuckDBLogicalType type);

    [LibraryImport("duckdb", EntryPoint = "duckdb_aggregate_function_set_return_type")]
    private static partial void SetReturnType(IntPtr function, DuckDBLogicalType type);

    [LibraryImport("duckdb", EntryPoint = "duckdb_aggregate_function_set_functions")]
    private static partial void SetFunctions(
        IntPtr function,
        delegate* unmanaged[Cdecl]<IntPtr, ulong> size,
        delegate* unmanaged[Cdecl]<IntPtr, void*, void> begin,
        delegate* unmanaged[Cdecl]<IntPtr, IntPtr, void**, void> add,
        delegate* unmanaged[Cdecl]<IntPtr, void**, void**, ulong, void> combine,
        delegate* unmanaged[Cdecl]<IntPtr, void**, IntPtr, ulong, ulong, void> finish);

    [LibraryImport("duckdb", EntryPoint = "duckdb_aggregate_function_set_destructor")]
    private static partial void SetDestructor(IntPtr function, delegate* unmanaged[Cdecl]<void**, ulong, void> end);

    [LibraryImport("duckdb", EntryPoint = "duckdb_register_aggregate_function")]
    private static partial DuckDBState Register(DuckDBNativeConnection connection, IntPtr function);
}

/// <summary>What an aggregate function does with its states, which the engine keeps in memory of its own.</summary>
internal readonly unsafe struct AggregateSteps
{
    /// <summary>Tells the bytes of a state.</summary>
    public required delegate* unmanaged[Cdecl]<IntPtr, ulong> Size { get; init; }

    /// <summary>Begins a state.</summary>
    public required delegate* unmanaged[Cdecl]<IntPtr, void*, void> Begin { get; init; }

    /// <summary>Adds each row of a chunk to its state.</summary>
    public required delegate* unmanaged[Cdecl]<IntPtr, IntPtr, void**, void> Add { get; init; }

    /// <summary>Adds each of the first states to one of the second.</summary>
    public required delegate* unmanaged[Cdecl]<IntPtr, void**, void**, ulong, void> Combine { get; init; }

    /// <summary>Writes the results of states into a vector, from an offset on.</summary>
    public required delegate* unmanaged[Cdecl]<IntPtr, void**, IntPtr, ulong, ulong, void> Finish { get; init; }

    /// <summary>Ends states that hold more than their bytes; null where none does.</summary>
    public delegate* unmanaged[Cdecl]<void**, ulong, void> End { get; init; }
}
