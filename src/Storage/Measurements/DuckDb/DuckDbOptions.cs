namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>Settings of the DuckDB measurement store.</summary>
public sealed record DuckDbOptions
{
    /// <summary>
    /// The minimum memory. Up to 8 MB of log records are loaded in one transaction, whose commit takes two blocks of
    /// 256 KB for each of the up to 323 columns of the shared table. With less memory such a load never fits, however
    /// often it is retried.
    /// </summary>
    public const int MinMegabytes = 256;

    /// <summary>
    /// Megabytes of memory that the engine may use. Queries that need more spill to disk, and the operating system
    /// caches what is read often.
    /// </summary>
    public int MemoryMegabytes { get; init; } = 320;

    /// <summary>Threads that work on queries and loads, including the calling threads.</summary>
    public int Threads { get; init; } = Math.Clamp(Environment.ProcessorCount, 1, 4);

    /// <summary>
    /// Megabytes of write-ahead log after which the engine writes a checkpoint. The engine's default of 16 stalls
    /// commits often; a large value stalls them for long.
    /// </summary>
    public int CheckpointMegabytes { get; init; } = 256;

    /// <summary>
    /// Rows of a meter that are kept in the table that small meters share. A meter with more rows gets a table of its
    /// own, and its rows of closed days are moved to sorted tables. A table per meter from the first row would cost
    /// more than the rows themselves. 0 gives each meter a table of its own.
    /// </summary>
    public int SmallMeterRows { get; init; } = 32_768;

    /// <summary>
    /// Maximum number of rows that an erasure deletes in one transaction. The engine keeps a list of them in memory.
    /// </summary>
    public int ErasedAtOnce { get; init; } = 250_000;

    /// <summary>
    /// Maximum number of meters of one load that go to tables of their own; fewer when memory is short.
    /// </summary>
    public int MaxOwnTables { get; init; } = LoadTables.MaxOwnTables;
}
