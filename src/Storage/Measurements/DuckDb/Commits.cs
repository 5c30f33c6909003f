using DuckDB.NET.Data;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// Commits transactions one at a time, and none after one has failed. If memory runs out during a commit, the engine
/// rolls back but keeps rows of the failed transaction in memory, and the next commit stores them in place of its own
/// rows. Until then the file is correct. So nothing may be committed until the file has been reopened.
/// </summary>
internal sealed class Commits
{
    private readonly Lock _lock = new();

    /// <summary>Why nothing can be committed until the file is reopened; null while there is no fault.</summary>
    public Exception? Fault { get; private set; }

    /// <exception cref="IOException">An earlier write failed.</exception>
    public void Commit(DuckDBTransaction transaction)
    {
        lock (_lock)
        {
            if (Fault is not null)
                throw new IOException("The measurement store is being reopened after a fault.", Fault);
            try
            {
                transaction.Commit();
            }
            catch (Exception exception)
            {
                Fault = exception;
                throw;
            }
        }
    }

    /// <summary>
    /// Records a write that failed before its commit. Prevents further commits if the failure leaves traces.
    /// </summary>
    public void Note(Exception exception)
    {
        if (!EngineErrors.LeavesTraces(exception))
            return;
        lock (_lock)
            Fault ??= exception;
    }
}
