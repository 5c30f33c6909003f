namespace Tallystick.Storage.Measurements.DuckDb.CustomSql;

/// <summary>Limits of the queries of <c>CUSTOM_SQL</c> aggregations.</summary>
public sealed record CustomSqlOptions
{
    /// <summary>The least memory in which a query over a few measurements can run.</summary>
    public const int MinMegabytes = 32;

    /// <summary>Megabytes of memory of one query, including the measurements that it reads.</summary>
    public int MemoryMegabytes { get; init; } = 128;

    /// <summary>Maximum number of measurements that a query reads.</summary>
    public int MaxRows { get; init; } = 1_000_000;

    /// <summary>
    /// Maximum bytes of a text that a query reads. Text functions hold the values of 2,048 rows, and the engine does
    /// not count this memory.
    /// </summary>
    public int MaxTextBytes { get; init; } = 1_024;

    /// <summary>
    /// Processor time that a query may use. Including the copying of the measurements and the time that it waits for a
    /// processor, it may take <see cref="QueryTime.Patience"/> times as long.
    /// </summary>
    public TimeSpan Time { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a query may wait for its turn while other organizations have theirs.</summary>
    public TimeSpan Wait { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Maximum number of concurrent queries. Each uses one thread.</summary>
    public int AtOnce { get; init; } = Math.Max(1, Environment.ProcessorCount / 2);
}
