using NodaTime;

namespace Tallystick.Metering.Measurements;

/// <summary>A place in the measurement log; a later byte has a greater position.</summary>
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

/// <summary>One appended record, such as an encoded batch.</summary>
/// <param name="Bytes">The bytes as appended; valid until the next entry is read, or reading ends.</param>
/// <param name="Position">Where its first byte stands: byte n stands at the position plus n.</param>
public readonly record struct LogRecord(ReadOnlyMemory<byte> Bytes, LogPosition Position);

/// <summary>Records that were made durable together.</summary>
/// <param name="Records">The records, in the order received.</param>
/// <param name="Next">The position behind them, from which reading can go on.</param>
public sealed record LogEntry(IReadOnlyList<LogRecord> Records, LogPosition Next);

/// <summary>
/// Keeps accepted measurements: until they are loaded into the measurement store, and from then on for as long as
/// their uids must be recognized. What an append has answered for survives the death of the process and of the machine.
/// </summary>
public interface IMeasurementLog
{
    /// <summary>The position of the oldest byte that is still kept.</summary>
    LogPosition Start { get; }

    /// <summary>The position behind everything that was answered for.</summary>
    LogPosition End { get; }

    /// <summary>
    /// Keeps a record. The token is observed only before the record is handed over; its bytes must not change until
    /// the call has completed.
    /// </summary>
    /// <param name="record">The bytes to keep.</param>
    /// <param name="receivedAt">When they were received; decides for how long they are kept.</param>
    /// <param name="cancellationToken">Gives up while nothing has been handed over.</param>
    /// <returns>A position behind the record, after it was flushed to disk.</returns>
    /// <exception cref="LogBusyException">Too much waits to be written; nothing was kept.</exception>
    /// <exception cref="Exception">The record could not be made durable, and is not kept.</exception>
    ValueTask<LogPosition> AppendAsync(
        ReadOnlyMemory<byte> record, Instant receivedAt, CancellationToken cancellationToken);

    /// <summary>
    /// Reads, in order, the entries from a position up to what was the end at the call. The position is 0, the
    /// <see cref="LogEntry.Next"/> of an entry, or <see cref="End"/>, and was not trimmed away.
    /// </summary>
    IAsyncEnumerable<LogEntry> ReadAsync(LogPosition from, CancellationToken cancellationToken);

    /// <summary>
    /// Copies bytes that were answered for, from any position on: as many as the buffer holds, fewer at the end of the
    /// file in which they stand, none where they are no longer kept.
    /// </summary>
    /// <returns>The number of bytes copied.</returns>
    int Read(LogPosition from, Span<byte> buffer);

    /// <summary>Completes as soon as <see cref="End"/> lies behind <paramref name="position"/>.</summary>
    Task WaitForMoreAsync(LogPosition position, CancellationToken cancellationToken);

    /// <summary>
    /// Gives the space of entries back that lie before the position and were received before the instant, where that
    /// is possible without copying.
    /// </summary>
    ValueTask TrimAsync(LogPosition before, Instant receivedBefore, CancellationToken cancellationToken);
}

/// <summary>More measurements wait to be written than memory is set aside for; the sender should try again.</summary>
/// <param name="message">What waits, and how much may.</param>
public sealed class LogBusyException(string message) : Exception(message);
