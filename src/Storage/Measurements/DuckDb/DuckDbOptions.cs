namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>Settings of the DuckDB measurement store.</summary>
public sealed record DuckDbOptions
{
    /// <summary>
    /// What the engine needs in any case. What the log has written at once, up to 8 MB, is loaded in one transaction,
    /// and its commit takes two blocks of 256 KB for each of the up to 323 columns of the shared table. With less, such
    /// a load never fits, however often it is tried.
    /// </summary>
    public const int MinMegabytes = 256;

    /// <summary>
    /// Megabytes of memory that the engine may use; what a query needs beyond it goes to disk, and the system keeps
    /// what is read often.
    /// </summary>
    public int MemoryMegabytes { get; init; } = 320;

    /// <summary>Threads of the engine that work on queries and loads, those that ask included.</summary>
    public int Threads { get; init; } = Math.Clamp(Environment.ProcessorCount, 1, 4);

    /// <summary>
    /// Megabytes of journal after which the engine writes it into the file. The engine's default of 16 stalls commits
    /// again and again; a large one stalls them for long.
    /// </summary>
    public int CheckpointMegabytes { get; init; } = 256;

    /// <summary>
    /// Rows of a meter that are kept in the table that small meters share. A meter that has more gets a table of its
    /// own, and its rows of closed days are moved to sorted tables; a table per meter from the first row on would cost
    /// more than the rows. 0: each meter has a table of its own.
    /// </summary>
    public int SmallMeterRows { get; init; } = 32_768;

    /// <summary>Meters of one load that get tables of their own, at most; fewer when memory is short.</summary>
    public int MaxOwnTables { get; init; } = LoadPlan.MaxOwnTables;
}
