using DuckDB.NET.Data;
using DuckDB.NET.Native;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>What faults of the engine mean.</summary>
internal static class EngineErrors
{
    /// <summary>True when the engine needed more memory than it may use.</summary>
    public static bool IsOutOfMemory(Exception exception) => All(exception).Any(fault =>
        fault.ErrorType == DuckDBErrorType.OutOfMemory
        // So is a commit told that did not get memory.
        || fault.Message.Contains("failed to pin block", StringComparison.Ordinal)
        || fault.Message.Contains("could not allocate block", StringComparison.Ordinal));

    /// <summary>
    /// True when what the engine has in memory can no longer be trusted: it leaves traces of a write that failed for
    /// memory, or says that something cannot go on.
    /// </summary>
    public static bool LeavesTraces(Exception exception) => IsOutOfMemory(exception) || All(exception).Any(fault =>
        fault.ErrorType is DuckDBErrorType.Transaction or DuckDBErrorType.Fatal or DuckDBErrorType.Internal);

    private static IEnumerable<DuckDBException> All(Exception exception)
    {
        for (Exception? fault = exception; fault is not null; fault = fault.InnerException)
        {
            if (fault is DuckDBException found)
                yield return found;
        }
    }
}
