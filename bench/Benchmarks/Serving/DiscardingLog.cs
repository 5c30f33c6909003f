using NodaTime;
using Tallystick.Metering.Measurements;

namespace Tallystick.Benchmarks.Serving;

/// <summary>Keeps nothing: with it the server only authenticates, parses and encodes.</summary>
internal sealed class DiscardingLog(ILogPartition log) : ILogPartition
{
    /// <inheritdoc/>
    public int Number => log.Number;

    /// <inheritdoc/>
    public Exception? Fault => log.Fault;

    /// <inheritdoc/>
    public LogPosition Start => log.Start;

    /// <inheritdoc/>
    public LogPosition End => log.End;

    /// <inheritdoc/>
    public long BytesBetween(LogPosition from, LogPosition to) => log.BytesBetween(from, to);

    /// <inheritdoc/>
    public ValueTask<LogPosition> AppendAsync(
        ReadOnlyMemory<byte> record, Instant receivedAt, CancellationToken cancellationToken) =>
        ValueTask.FromResult(log.End);

    /// <inheritdoc/>
    public IAsyncEnumerable<LogEntry> ReadAsync(LogPosition from, CancellationToken cancellationToken) =>
        log.ReadAsync(from, cancellationToken);

    /// <inheritdoc/>
    public IMeasurementLookup OpenLookup() => log.OpenLookup();

    /// <inheritdoc/>
    public Task WaitForMoreAsync(LogPosition position, CancellationToken cancellationToken) =>
        log.WaitForMoreAsync(position, cancellationToken);

    /// <inheritdoc/>
    public ValueTask TrimAsync(LogPosition before, Instant receivedBefore, CancellationToken cancellationToken) =>
        log.TrimAsync(before, receivedBefore, cancellationToken);
}
