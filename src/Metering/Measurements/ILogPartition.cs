using NodaTime;

namespace Tallystick.Metering.Measurements;

/// <summary>
/// A position in a partition of the measurement log: of a measurement, of a record, or between records. Only the log
/// interprets the number.
/// </summary>
/// <param name="Value">
/// Increases with each append and is never reused within a partition; 0 is before the first record.
/// </param>
public readonly record struct LogPosition(long Value) : IComparable<LogPosition>
{
    /// <inheritdoc/>
    public int CompareTo(LogPosition other) => Value.CompareTo(other.Value);

    /// <summary>Whether <paramref name="left"/> is before <paramref name="right"/>.</summary>
    public static bool operator <(LogPosition left, LogPosition right) => left.Value < right.Value;

    /// <summary>Whether <paramref name="left"/> is after <paramref name="right"/>.</summary>
    public static bool operator >(LogPosition left, LogPosition right) => left.Value > right.Value;

    /// <summary>Whether <paramref name="left"/> is not after <paramref name="right"/>.</summary>
    public static bool operator <=(LogPosition left, LogPosition right) => left.Value <= right.Value;

    /// <summary>Whether <paramref name="left"/> is not before <paramref name="right"/>.</summary>
    public static bool operator >=(LogPosition left, LogPosition right) => left.Value >= right.Value;
}

/// <summary>One appended record: an encoded batch.</summary>
/// <param name="Bytes">The bytes as appended; valid until the next entry is read or reading ends.</param>
/// <param name="Position">
/// Its position: after all earlier measurements, and not after any of its own measurements.
/// </param>
public readonly record struct LogRecord(ReadOnlyMemory<byte> Bytes, LogPosition Position)
{
    /// <summary>The position of the measurement that begins at a byte of the record.</summary>
    public LogPosition PositionOf(int start) => new(Position.Value + start);
}

/// <summary>Records that were made durable together.</summary>
/// <param name="Records">The records, in the order received.</param>
/// <param name="Next">The position after the records, from which reading can continue.</param>
public sealed record LogEntry(IReadOnlyList<LogRecord> Records, LogPosition Next);

/// <summary>
/// A partition of the log of accepted measurements. It keeps them until they are loaded into the measurement store and
/// their uids are outside the deduplication window. Once an append has completed, its record survives a crash of the
/// process or the machine. A partition is used by a single process.
/// </summary>
public interface ILogPartition
{
    /// <summary>The partition's number, starting at 0.</summary>
    int Number { get; }

    /// <summary>The oldest position that has not been trimmed.</summary>
    LogPosition Start { get; }

    /// <summary>The position after all completed appends.</summary>
    LogPosition End { get; }

    /// <summary>The reason why appends currently fail, for the operator; null while they succeed.</summary>
    Exception? Fault { get; }

    /// <summary>The size in bytes of the records between two positions.</summary>
    long BytesBetween(LogPosition from, LogPosition to);

    /// <summary>
    /// Appends a record. The bytes must not change until the call has completed.
    /// </summary>
    /// <param name="record">The bytes to append.</param>
    /// <param name="receivedAt">When they were received; determines how long they are kept.</param>
    /// <param name="cancellationToken">Cancels the append until the record is queued; has no effect after that.</param>
    /// <returns>A position after the record. Completes when the record is durable.</returns>
    /// <exception cref="LogBusyException">Too many writes are pending; nothing was stored.</exception>
    /// <exception cref="AppendUnknownException">
    /// It is unknown whether the record was stored: it may be read later, or never. If it is appended again, the uids
    /// of its measurements identify duplicates.
    /// </exception>
    /// <exception cref="Exception">The record could not be made durable and was not stored.</exception>
    ValueTask<LogPosition> AppendAsync(
        ReadOnlyMemory<byte> record, Instant receivedAt, CancellationToken cancellationToken);

    /// <summary>
    /// Reads the entries from a position up to the end as of the call, in order. The position must be 0, the
    /// <see cref="LogEntry.Next"/> of an entry, or <see cref="End"/>, and must not have been trimmed.
    /// </summary>
    IAsyncEnumerable<LogEntry> ReadAsync(LogPosition from, CancellationToken cancellationToken);

    /// <summary>Opens a look-up of single measurements. It must be used by only one thread at a time.</summary>
    IMeasurementLookup OpenLookup();

    /// <summary>Completes as soon as <see cref="End"/> is after <paramref name="position"/>.</summary>
    Task WaitForMoreAsync(LogPosition position, CancellationToken cancellationToken);

    /// <summary>
    /// Releases the space of entries that are before the position and were received before the instant, as far as
    /// possible without copying.
    /// </summary>
    ValueTask TrimAsync(LogPosition before, Instant receivedBefore, CancellationToken cancellationToken);
}

/// <summary>Looks single measurements up in the log by their positions.</summary>
public interface IMeasurementLookup
{
    /// <summary>The measurement at a position if it has the uid; otherwise null.</summary>
    /// <param name="position">The position.</param>
    /// <param name="organizationId">Its organization, as UTF-8.</param>
    /// <param name="uid">The uid, as UTF-8.</param>
    ValueTask<LoggedRow?> FindAsync(
        LogPosition position, ReadOnlySpan<byte> organizationId, ReadOnlySpan<byte> uid);

    /// <summary>The measurement at a position; null if it was trimmed.</summary>
    ValueTask<Measurement?> ReadAsync(LogPosition position);
}

/// <summary>Where a uid was used before.</summary>
/// <param name="Position">Position of the measurement.</param>
/// <param name="ReceivedAt">When it was received, in nanoseconds since 1970.</param>
/// <param name="ContentHash">Hash of its content.</param>
public readonly record struct LoggedRow(LogPosition Position, long ReceivedAt, int ContentHash);

/// <summary>The write queue of the log is full; the sender should try again later.</summary>
/// <param name="message">The size of the queue and its limit.</param>
public sealed class LogBusyException(string message) : Exception(message);

/// <summary>It is unknown whether an appended record was stored.</summary>
/// <param name="message">The reason, for the operator.</param>
/// <param name="fault">The cause.</param>
public sealed class AppendUnknownException(string message, Exception fault) : Exception(message, fault);
