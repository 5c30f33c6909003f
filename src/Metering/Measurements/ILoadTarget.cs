namespace Tallystick.Metering.Measurements;

/// <summary>Stores loads of measurements: the part of a measurement store that the loader needs.</summary>
/// <remarks>
/// A load is identified by its partition and its start position. The loads of a partition are contiguous, so no two
/// have the same start, and a load before the partition's position has already been applied. No load number is needed
/// (docs/decisions/0016-loads-and-partitions.md).
/// </remarks>
public interface ILoadTarget
{
    /// <summary>The number of measurements per load at which storing is most efficient.</summary>
    int PreferredLoadSize { get; }

    /// <summary>The position of the partition's log up to which everything is in the store.</summary>
    /// <param name="partition">Number of the partition.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    ValueTask<LogPosition> FindPositionAsync(int partition, CancellationToken cancellationToken);

    /// <summary>
    /// Stores a load atomically and durably. If an exception is thrown, the load was stored completely or not at all,
    /// and applying it again is safe.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// The load starts after the partition's position, or starts before it and ends after it. Applying it would lose or
    /// repeat measurements.
    /// </exception>
    /// <exception cref="LoadTooLargeException">
    /// The load needs more memory than the store may use; nothing was stored.
    /// </exception>
    ValueTask<LoadOutcome> ApplyAsync(MeasurementLoad load, CancellationToken cancellationToken);
}

/// <summary>The result of applying a load.</summary>
public enum LoadOutcome
{
    /// <summary>The load was stored.</summary>
    Applied,

    /// <summary>The load had been stored before; nothing changed.</summary>
    AlreadyApplied,
}

/// <summary>A load needs more memory than the store may use. Nothing was stored; a smaller load may succeed.</summary>
/// <param name="message">The size of the load and the available memory.</param>
/// <param name="fault">The exception of the engine.</param>
public sealed class LoadTooLargeException(string message, Exception fault) : Exception(message, fault);
