namespace Tallystick.Metering.Measurements;

/// <summary>A place between two records of the measurement log; a later record has a greater position.</summary>
/// <param name="Value">Grows with the log and is never used twice; 0 is before the first record.</param>
public readonly record struct LogPosition(long Value) : IComparable<LogPosition>
{
    /// <inheritdoc/>
    public int CompareTo(LogPosition other) => Value.CompareTo(other.Value);

    /// <summary>True when <paramref name="left"/> lies nearer to the beginning.</summary>
    public static bool operator <(LogPosition left, LogPosition right) => left.Value < right.Value;

    /// <summary>True when <paramref name="left"/> lies nearer to the end.</summary>
    public static bool operator >(LogPosition left, LogPosition right) => left.Value > right.Value;

    /// <summary>True when <paramref name="left"/> lies no nearer to the end.</summary>
    public static bool operator <=(LogPosition left, LogPosition right) => left.Value <= right.Value;

    /// <summary>True when <paramref name="left"/> lies no nearer to the beginning.</summary>
    public static bool operator >=(LogPosition left, LogPosition right) => left.Value >= right.Value;
}

/// <summary>Batches that were made durable together.</summary>
/// <param name="Batches">The batches, in the order received.</param>
/// <param name="Next">The position behind them.</param>
public sealed record LogEntry(IReadOnlyList<MeasurementBatch> Batches, LogPosition Next);

/// <summary>
/// Keeps accepted measurements until they are loaded into the measurement store. What an append has answered for
/// survives the death of the process and of the machine.
/// </summary>
public interface IMeasurementLog
{
    /// <summary>The position behind everything that was answered for.</summary>
    LogPosition End { get; }

    /// <summary>Keeps a batch. The token is observed only before the batch is handed over.</summary>
    /// <returns>A position behind the batch, after it was flushed to disk.</returns>
    /// <exception cref="Exception">
    /// The batch could not be made durable. It may or may not be found later; every further append fails as well.
    /// </exception>
    ValueTask<LogPosition> AppendAsync(MeasurementBatch batch, CancellationToken cancellationToken);

    /// <summary>
    /// Reads, in order, the entries from a position up to what was the end at the call. The position is 0, the
    /// <see cref="LogEntry.Next"/> of an entry, or <see cref="End"/>, and was not trimmed away.
    /// </summary>
    IAsyncEnumerable<LogEntry> ReadAsync(LogPosition from, CancellationToken cancellationToken);

    /// <summary>Completes as soon as <see cref="End"/> lies behind <paramref name="position"/>.</summary>
    Task WaitForMoreAsync(LogPosition position, CancellationToken cancellationToken);

    /// <summary>Gives the space of entries before the position back, where that is possible without copying.</summary>
    ValueTask TrimAsync(LogPosition before, CancellationToken cancellationToken);
}
