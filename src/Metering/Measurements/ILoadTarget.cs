namespace Tallystick.Metering.Measurements;

/// <summary>Keeps loads of measurements: the part of a measurement store that the loader needs.</summary>
/// <remarks>
/// A load is named by its partition and the position at which it begins. The loads of a partition follow each other
/// without gaps, so no two begin at the same position, and one that lies before the partition's position was applied:
/// the name does what a number would (docs/decisions/0016-loads-and-partitions.md).
/// </remarks>
public interface ILoadTarget
{
    /// <summary>Measurements that a load should have, where as many wait, to be stored with the least work.</summary>
    int PreferredLoadSize { get; }

    /// <summary>The position of the partition's log up to which everything is in the store.</summary>
    /// <param name="partition">Number of the partition.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    ValueTask<LogPosition> FindPositionAsync(int partition, CancellationToken cancellationToken);

    /// <summary>
    /// Keeps a load, durably and wholly. When it throws, the load was kept wholly or not at all, and applying it again
    /// is safe.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// The load begins behind the partition's position or reaches beyond it from before: taking it would lose or repeat
    /// measurements.
    /// </exception>
    /// <exception cref="LoadTooLargeException">
    /// It takes more memory than the store may use; nothing was kept.
    /// </exception>
    ValueTask<LoadOutcome> ApplyAsync(MeasurementLoad load, CancellationToken cancellationToken);
}

/// <summary>What became of a load.</summary>
public enum LoadOutcome
{
    /// <summary>It is kept now.</summary>
    Applied,

    /// <summary>It was kept before; nothing has changed.</summary>
    AlreadyApplied,
}

/// <summary>A load takes more memory than the store may use. Nothing was kept; a smaller one may pass.</summary>
/// <param name="message">How large it is, and how much memory there is.</param>
/// <param name="fault">The engine's own words.</param>
public sealed class LoadTooLargeException(string message, Exception fault) : Exception(message, fault);
