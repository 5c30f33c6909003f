using DuckDB.NET.Data;
using DuckDB.NET.Native;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>Interprets errors of the engine.</summary>
internal static class EngineErrors
{
    /// <summary>True if the engine needed more memory than it may use.</summary>
    public static bool IsOutOfMemory(Exception exception) => All(exception).Any(fault =>
        fault.ErrorType == DuckDBErrorType.OutOfMemory
        // The messages of a commit that ran out of memory.
        || fault.Message.Contains("failed to pin block", StringComparison.Ordinal)
        || fault.Message.Contains("could not allocate block", StringComparison.Ordinal))
        // The errors of ChunkReader, which has only their texts.
        || exception is IOException && exception.Message.StartsWith("Out of Memory", StringComparison.Ordinal);

    /// <summary>
    /// True if the engine's state in memory can no longer be trusted: a write that runs out of memory leaves traces,
    /// and these other error types mean that the engine cannot continue.
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
