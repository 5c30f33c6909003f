using DuckDB.NET.Data;
using Tallystick.Resources.Documents;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>An open file: its connections and the cached knowledge of its content.</summary>
internal sealed class Engine : IDisposable
{
    // The write-ahead log never grows this large.
    private const int NoCheckpointMegabytes = 1_000_000_000;

    private readonly string _memoryLimit;

    private Engine(string connectionText, DuckDBConnection writer, DuckDbOptions options)
    {
        Writer = writer;
        _memoryLimit = MemoryLimit(options);
        SetCheckpoint(options.CheckpointMegabytes);
        DuckDbSchema.Prepare(writer);
        NarrowSum.Register(writer);
        AccountSums.Register(writer);
        Loader = new RowLoader(writer);
        Keys = KeyMaps.Read(writer);
        Sorter = new DuckDBConnection(connectionText);
        Sorter.Open();
        Bookkeeping = new Bookkeeping(Sorter, Commits);
        Sessions = new ReadSessions(connectionText);
    }

    public DuckDBConnection Writer { get; }

    public RowLoader Loader { get; }

    public KeyMaps Keys { get; }

    public AccountKeyCache Accounts { get; } = new();

    public DuckDBConnection Sorter { get; }

    public Bookkeeping Bookkeeping { get; }

    public Commits Commits { get; } = new();

    public ReadSessions Sessions { get; }

    /// <summary>Opens a file, creating it if missing.</summary>
    /// <exception cref="StoreUnavailableException">The file is damaged, of a newer version, or in use.</exception>
    public static Engine Open(string path, DuckDbOptions options) => Start(path, options, Connect(path, options));

    /// <summary>Opens a file, creating it if missing, without changing its content.</summary>
    /// <exception cref="StoreUnavailableException">The file is damaged or in use.</exception>
    public static DuckDBConnection Connect(string path, DuckDbOptions options)
    {
        var writer = new DuckDBConnection(ConnectionText(path, options));
        return Guard(path, writer, () =>
        {
            writer.Open();
            // Closing must not write what a fault has left in memory; Dispose writes a checkpoint if there was no
            // fault.
            writer.Execute("PRAGMA disable_checkpoint_on_shutdown");
            TruncationCheck.Require(writer, path);
            return writer;
        });
    }

    /// <summary>Upgrades an open file and starts to use it.</summary>
    /// <exception cref="StoreUnavailableException">The file is of a newer version.</exception>
    public static Engine Start(string path, DuckDbOptions options, DuckDBConnection writer) => Guard(
        path, writer, () => new Engine(ConnectionText(path, options), writer, options));

    /// <summary>Runs an action; if it fails, closes the connection and names the file in the error.</summary>
    public static T Guard<T>(string path, DuckDBConnection writer, Func<T> open)
    {
        try
        {
            return open();
        }
        catch (Exception exception)
        {
            writer.Dispose();
            if (exception is not DuckDBException)
                throw;
            throw new StoreUnavailableException(
                $"The measurement store {path} cannot be opened: {exception.Message}", exception);
        }
    }

    private static string ConnectionText(string path, DuckDbOptions options) => new DuckDBConnectionStringBuilder
    {
        DataSource = path,
        ["memory_limit"] = MemoryLimit(options),
        // Return the memory that a query frees to the system; by default the engine would keep hundreds of megabytes.
        ["allocator_flush_threshold"] = "16MB",
        ["allocator_bulk_deallocation_flush_threshold"] = "16MB",
        ["threads"] = FormattableString.Invariant($"{options.Threads}"),
    }.ConnectionString;

    private static string MemoryLimit(DuckDbOptions options) =>
        FormattableString.Invariant($"{options.MemoryMegabytes}MB");

    /// <summary>
    /// Returns memory that is free to the system. The engine's allocator would keep it for many seconds, on a busy
    /// machine more than a hundred megabytes, which do not count towards the limit. It gives back all of it when the
    /// limit is set, even to the value that it has.
    /// </summary>
    public void ReleaseMemory()
    {
        try
        {
            Sorter.Execute($"SET memory_limit = '{_memoryLimit}'");
        }
        catch (DuckDBException exception) when (EngineErrors.IsOutOfMemory(exception))
        {
            // More is in use at the moment.
        }
    }

    /// <summary>Whether the file must stay as it is, because it is being copied.</summary>
    public bool IsHeld { get; private set; }

    /// <summary>Sets the size of the write-ahead log at which the engine writes a checkpoint; null for never.</summary>
    public void SetCheckpoint(int? megabytes)
    {
        Writer.Execute(FormattableString.Invariant(
            $"SET checkpoint_threshold = '{megabytes ?? NoCheckpointMegabytes}MB'"));
        IsHeld = megabytes is null;
    }

    /// <summary>Closes the file. Nothing may be using it any more.</summary>
    public void Dispose()
    {
        Sessions.Dispose();
        Sorter.Dispose();
        try
        {
            if (Commits.Fault is null)
                Writer.Execute("CHECKPOINT");
        }
        catch (DuckDBException)
        {
            // Nothing is lost: the write-ahead log has all data, and the next start reads it.
        }
        finally
        {
            Writer.Dispose();
        }
    }
}
