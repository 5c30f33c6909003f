namespace Tallystick.Metering.Measurements;

/// <summary>
/// The partitions of the measurement log. Each partition has its own positions and its own loader.
/// </summary>
public interface IMeasurementLogs
{
    /// <summary>The number of partitions.</summary>
    int Count { get; }

    /// <summary>The partition with a number, starting at 0.</summary>
    ILogPartition this[int number] { get; }
}

/// <summary>The partitions that this process uses.</summary>
public sealed class MeasurementLogs : IMeasurementLogs
{
    private readonly ILogPartition[] _partitions;

    /// <summary>Combines partitions.</summary>
    /// <param name="partitions">All partitions, in the order of their numbers.</param>
    /// <exception cref="ArgumentException">A partition is missing or out of order.</exception>
    public MeasurementLogs(params ILogPartition[] partitions)
    {
        if (partitions.Length == 0)
            throw new ArgumentException("A log has at least one partition.", nameof(partitions));
        foreach (var (index, partition) in partitions.Index())
        {
            if (partition.Number != index)
                throw new ArgumentException(
                    $"Partition {partition.Number} is at index {index}.",
                    nameof(partitions));
        }
        _partitions = partitions;
    }

    /// <inheritdoc/>
    public int Count => _partitions.Length;

    /// <inheritdoc/>
    public ILogPartition this[int number] => _partitions[number];
}
