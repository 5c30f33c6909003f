namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>Settings of the DuckDB measurement store.</summary>
public sealed record DuckDbOptions
{
    /// <summary>
    /// Megabytes of memory that the engine may use; what a query needs beyond it goes to disk, and the system keeps
    /// what is read often.
    /// </summary>
    public int MemoryMegabytes { get; init; } = 320;

    /// <summary>Threads that work on a query at most, the one that asks included.</summary>
    public int Threads { get; init; } = Math.Clamp(Environment.ProcessorCount, 1, 4);

    /// <summary>
    /// Megabytes of journal after which the engine writes it into the file. The engine's default of 16 stalls commits
    /// again and again; a large one stalls them for long.
    /// </summary>
    public int CheckpointMegabytes { get; init; } = 256;
}
