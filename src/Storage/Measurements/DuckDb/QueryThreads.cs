using System.Reflection;
using System.Runtime.InteropServices;
using DuckDB.NET.Data;
using DuckDB.NET.Native;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// Threads that help queries, and nothing else. The engine's own would also take the commit of a load over, while the
/// loader waits in a loop that keeps a processor as busy as the work itself would.
/// </summary>
/// <remarks>The engine is opened without threads of its own: a connection's work is done by who asks for it.</remarks>
internal sealed partial class QueryThreads : IDisposable
{
    private const ulong WorkAtOnce = 16;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    private readonly object _gate = new();
    private readonly Thread[] _threads;
    private readonly IntPtr _tasks;
    private int _queries;
    private bool _isDisposed;

    /// <summary>Starts threads that wait for queries.</summary>
    /// <param name="connection">A connection to the engine; it stays open for as long as the threads are used.</param>
    /// <param name="count">How many.</param>
    public QueryThreads(DuckDBConnection connection, int count)
    {
        _tasks = CreateTasks(DatabaseOf(connection));
        _threads = new Thread[count];
        for (var number = 0; number < count; number++)
        {
            _threads[number] = new Thread(Help) { IsBackground = true, Name = "Query" };
            _threads[number].Start();
        }
    }

    /// <summary>A query begins, which <see cref="End"/> must end.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            if (++_queries == 1)
                Monitor.PulseAll(_gate);
        }
    }

    /// <summary>A query has ended.</summary>
    public void End()
    {
        lock (_gate)
            _queries--;
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            Monitor.PulseAll(_gate);
        }
        foreach (var thread in _threads)
            thread.Join();
        DestroyTasks(_tasks);
    }

    private void Help()
    {
        while (WaitForQuery())
        {
            while (ExecuteTasks(_tasks, WorkAtOnce) > 0)
            {
            }
        }
    }

    // While a query runs, it looks for work from time to time: the engine tells nobody else of it.
    private bool WaitForQuery()
    {
        lock (_gate)
        {
            if (_queries > 0 && !_isDisposed)
                Monitor.Wait(_gate, Pause);
            while (_queries == 0 && !_isDisposed)
                Monitor.Wait(_gate);
            return !_isDisposed;
        }
    }

    // The library keeps to itself what this function of the engine asks for.
    private static IntPtr DatabaseOf(DuckDBConnection connection)
    {
        var reference = typeof(DuckDBConnection)
            .GetField("connectionReference", BindingFlags.Instance | BindingFlags.NonPublic)?.GetValue(connection);
        var file = Member(reference, "FileReferenceCounter");
        return Member(file, "Database") is DuckDBDatabase database
            ? database.DangerousGetHandle()
            : throw new NotSupportedException("This version of DuckDB.NET keeps its database elsewhere.");
    }

    private static object? Member(object? owner, string name) => owner?.GetType()
        .GetProperty(name, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)?.GetValue(owner);

    [LibraryImport("duckdb", EntryPoint = "duckdb_create_task_state")]
    private static partial IntPtr CreateTasks(IntPtr database);

    /// <summary>Does work that waits, of whatever connection, without waiting for any.</summary>
    [LibraryImport("duckdb", EntryPoint = "duckdb_execute_n_tasks_state")]
    private static partial ulong ExecuteTasks(IntPtr tasks, ulong most);

    [LibraryImport("duckdb", EntryPoint = "duckdb_destroy_task_state")]
    private static partial void DestroyTasks(IntPtr tasks);
}
