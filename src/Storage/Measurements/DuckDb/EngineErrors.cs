using DuckDB.NET.Data;
using DuckDB.NET.Native;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>What faults of the engine mean.</summary>
internal static class EngineErrors
{
    /// <summary>True when the engine needed more memory than it may use.</summary>
    public static bool IsOutOfMemory(Exception exception)
    {
        for (Exception? fault = exception; fault is not null; fault = fault.InnerException)
        {
            if (fault is DuckDBException { ErrorType: DuckDBErrorType.OutOfMemory })
                return true;
        }
        return false;
    }
}
