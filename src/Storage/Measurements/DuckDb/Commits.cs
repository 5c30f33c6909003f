using DuckDB.NET.Data;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// Commits one transaction after the other, none after one that failed. When memory runs out during a commit, the
/// engine rolls back but keeps rows of the failed transaction in memory, and the next commit stores them in place of
/// its own; what is on disk is right until then. So nothing may be committed before the file was opened anew.
/// </summary>
internal sealed class Commits
{
    private readonly Lock _lock = new();

    /// <summary>Why nothing can be committed before the file is opened anew; null while all is well.</summary>
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

    /// <summary>A write failed before its commit: nothing is committed any more if that leaves traces.</summary>
    public void Note(Exception exception)
    {
        if (!EngineErrors.LeavesTraces(exception))
            return;
        lock (_lock)
            Fault ??= exception;
    }
}
