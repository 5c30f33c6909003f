namespace Tallystick.Metering.Measurements;

/// <summary>
/// The measurement log as a whole: its partitions, each with positions and a loader of its own. One process keeps one.
/// </summary>
public interface IMeasurementLogs
{
    /// <summary>The number of partitions.</summary>
    int Count { get; }

    /// <summary>The partition with a number from 0 on.</summary>
    ILogPartition this[int number] { get; }
}

/// <summary>Partitions that this process keeps.</summary>
public sealed class MeasurementLogs : IMeasurementLogs
{
    private readonly ILogPartition[] _partitions;

    /// <summary>Puts partitions together.</summary>
    /// <param name="partitions">All partitions, in the order of their numbers.</param>
    /// <exception cref="ArgumentException">A partition is missing, or stands in another's place.</exception>
    public MeasurementLogs(params ILogPartition[] partitions)
    {
        if (partitions.Length == 0)
            throw new ArgumentException("A log has at least one partition.", nameof(partitions));
        foreach (var (index, partition) in partitions.Index())
        {
            if (partition.Number != index)
                throw new ArgumentException(
                    $"The partition with the number {partition.Number} stands in the place of {index}.",
                    nameof(partitions));
        }
        _partitions = partitions;
    }

    /// <inheritdoc/>
    public int Count => _partitions.Length;

    /// <inheritdoc/>
    public ILogPartition this[int number] => _partitions[number];
}
