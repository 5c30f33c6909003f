using System.Runtime.InteropServices;
using DuckDB.NET.Data;
using DuckDB.NET.Native;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>Registers our own aggregate functions with the engine, through its C interface.</summary>
internal static unsafe partial class AggregateFunction
{
    /// <summary>Registers a function with the database, for as long as the database is open.</summary>
    /// <param name="connection">A connection to the database.</param>
    /// <param name="name">Name of the function in SQL.</param>
    /// <param name="parameters">Types of its parameters.</param>
    /// <param name="result">Type of its result.</param>
    /// <param name="steps">Its implementation.</param>
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
    /// Fails the query that a step belongs to. An exception that escapes from a step would end the process, because the
    /// engine cannot handle .NET exceptions.
    /// </summary>
    /// <param name="info">The function info that the engine passed to the step.</param>
    /// <param name="fault">The exception that the step caught.</param>
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

/// <summary>
/// The steps of an aggregate function. They work on states, which the engine keeps in its own memory.
/// </summary>
internal readonly unsafe struct AggregateSteps
{
    /// <summary>Returns the size of a state in bytes.</summary>
    public required delegate* unmanaged[Cdecl]<IntPtr, ulong> Size { get; init; }

    /// <summary>Initializes a state.</summary>
    public required delegate* unmanaged[Cdecl]<IntPtr, void*, void> Begin { get; init; }

    /// <summary>Adds each row of a chunk to its state.</summary>
    public required delegate* unmanaged[Cdecl]<IntPtr, IntPtr, void**, void> Add { get; init; }

    /// <summary>Adds each of the first states to the corresponding second one.</summary>
    public required delegate* unmanaged[Cdecl]<IntPtr, void**, void**, ulong, void> Combine { get; init; }

    /// <summary>Writes the results of states into a vector, starting at an offset.</summary>
    public required delegate* unmanaged[Cdecl]<IntPtr, void**, IntPtr, ulong, ulong, void> Finish { get; init; }

    /// <summary>Releases states that own more than their bytes; null if none does.</summary>
    public delegate* unmanaged[Cdecl]<void**, ulong, void> End { get; init; }
}
