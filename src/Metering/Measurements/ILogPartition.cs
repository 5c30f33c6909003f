using NodaTime;

namespace Tallystick.Metering.Measurements;

/// <summary>
/// A place in a partition of the measurement log: that of a measurement, of a record, or between records. Only the log
/// knows what the number says.
/// </summary>
/// <param name="Value">
/// Greater for what was kept later, and never used twice in a partition; 0 is before the first record.
/// </param>
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

/// <summary>One appended record: an encoded batch.</summary>
/// <param name="Bytes">The bytes as appended; valid until the next entry is read, or reading ends.</param>
/// <param name="Position">
/// Its position: greater than those of all measurements before it, and no greater than those of its own.
/// </param>
public readonly record struct LogRecord(ReadOnlyMemory<byte> Bytes, LogPosition Position)
{
    /// <summary>The position of the measurement that begins at a byte of the record.</summary>
    public LogPosition PositionOf(int start) => new(Position.Value + start);
}

/// <summary>Records that were made durable together.</summary>
/// <param name="Records">The records, in the order received.</param>
/// <param name="Next">The position behind them, from which reading can go on.</param>
public sealed record LogEntry(IReadOnlyList<LogRecord> Records, LogPosition Next);

/// <summary>
/// A partition of the log that keeps accepted measurements: until they are loaded into the measurement store, and from
/// then on for as long as their uids must be recognized. What an append has answered for survives the death of the
/// process and of the machine. One process keeps one partition.
/// </summary>
public interface ILogPartition
{
    /// <summary>The partition's number, from 0 on.</summary>
    int Number { get; }

    /// <summary>The oldest position that is still kept.</summary>
    LogPosition Start { get; }

    /// <summary>The position behind everything that was answered for.</summary>
    LogPosition End { get; }

    /// <summary>Why nothing can be kept at the moment, for the operator; null while all is well.</summary>
    Exception? Fault { get; }

    /// <summary>Bytes that the records between two positions take, to tell how much waits or is kept.</summary>
    long BytesBetween(LogPosition from, LogPosition to);

    /// <summary>
    /// Keeps a record. The token is observed only before the record is handed over; its bytes must not change until
    /// the call has completed.
    /// </summary>
    /// <param name="record">The bytes to keep.</param>
    /// <param name="receivedAt">When they were received; decides for how long they are kept.</param>
    /// <param name="cancellationToken">Gives up while nothing has been handed over.</param>
    /// <returns>A position behind the record, after it was made durable.</returns>
    /// <exception cref="LogBusyException">Too much waits to be written; nothing was kept.</exception>
    /// <exception cref="AppendUnknownException">
    /// Nobody can tell whether it is kept: it may be read later, or never. Appended again, its measurements are
    /// recognized by their uids.
    /// </exception>
    /// <exception cref="Exception">The record could not be made durable, and is not kept.</exception>
    ValueTask<LogPosition> AppendAsync(
        ReadOnlyMemory<byte> record, Instant receivedAt, CancellationToken cancellationToken);

    /// <summary>
    /// Reads, in order, the entries from a position up to what was the end at the call. The position is 0, the
    /// <see cref="LogEntry.Next"/> of an entry, or <see cref="End"/>, and was not trimmed away.
    /// </summary>
    IAsyncEnumerable<LogEntry> ReadAsync(LogPosition from, CancellationToken cancellationToken);

    /// <summary>Begins to look single measurements up; for one thread at a time.</summary>
    IMeasurementLookup OpenLookup();

    /// <summary>Completes as soon as <see cref="End"/> lies behind <paramref name="position"/>.</summary>
    Task WaitForMoreAsync(LogPosition position, CancellationToken cancellationToken);

    /// <summary>
    /// Gives the space of entries back that lie before the position and were received before the instant, where that
    /// is possible without copying.
    /// </summary>
    ValueTask TrimAsync(LogPosition before, Instant receivedBefore, CancellationToken cancellationToken);
}

/// <summary>Looks single measurements up in the log by their positions.</summary>
public interface IMeasurementLookup
{
    /// <summary>The measurement at a position if it has the uid; else null.</summary>
    /// <param name="position">Where it stands.</param>
    /// <param name="organizationId">Its organization, as UTF-8.</param>
    /// <param name="uid">The uid, as UTF-8.</param>
    ValueTask<LoggedRow?> FindAsync(
        LogPosition position, ReadOnlySpan<byte> organizationId, ReadOnlySpan<byte> uid);

    /// <summary>The measurement at a position; null when the log no longer keeps it.</summary>
    ValueTask<Measurement?> ReadAsync(LogPosition position);
}

/// <summary>Where a uid was used before.</summary>
/// <param name="Position">Position of the measurement.</param>
/// <param name="ReceivedAt">When it was received, in nanoseconds since 1970.</param>
/// <param name="ContentHash">Hash of its content.</param>
public readonly record struct LoggedRow(LogPosition Position, long ReceivedAt, int ContentHash);

/// <summary>More measurements wait to be written than memory is set aside for; the sender should try again.</summary>
/// <param name="message">What waits, and how much may.</param>
public sealed class LogBusyException(string message) : Exception(message);

/// <summary>Nobody can tell whether an appended record is kept.</summary>
/// <param name="message">Why, for the operator.</param>
/// <param name="fault">What was met.</param>
public sealed class AppendUnknownException(string message, Exception fault) : Exception(message, fault);
