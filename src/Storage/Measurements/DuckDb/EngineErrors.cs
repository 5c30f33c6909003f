using DuckDB.NET.Data;
using DuckDB.NET.Native;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>What faults of the engine mean.</summary>
internal static class EngineErrors
{
    private const string NoBlock = "failed to pin block";

    /// <summary>True when the engine needed more memory than it may use.</summary>
    public static bool IsOutOfMemory(Exception exception)
    {
        for (Exception? fault = exception; fault is not null; fault = fault.InnerException)
        {
            // A commit for which there is not enough memory is told as a failed transaction.
            if (fault is DuckDBException { ErrorType: DuckDBErrorType.OutOfMemory }
                || (fault is DuckDBException && fault.Message.Contains(NoBlock, StringComparison.Ordinal)))
                return true;
        }
        return false;
    }
}
