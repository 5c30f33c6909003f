using System.Runtime.CompilerServices;
using NodaTime;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Measurements.Batches;

namespace Tallystick.Metering.Tests.Conformance;

/// <summary>
/// The log as a list: what the contract says and nothing else, or with one of the faults that the suite must find.
/// </summary>
internal sealed class MemoryLog(LogMutation mutation = LogMutation.None, int number = 0) : ILogSubject, ILogPartition
{
    // Positions are not dense: nobody may count on it.
    private const int Gap = 7;

    private readonly LogMutation _mutation = mutation;
    private readonly List<Kept> _records = [];
    private AppendFault? _next;
    private Kept? _doubtful;
    private TaskCompletionSource _grown = new();
    private long _end;
    private long _start;

    public ILogPartition Log => this;

    public int Number => number;

    public Exception? Fault => null;

    public LogPosition Start => new(_start);

    public LogPosition End =>
        new(_mutation == LogMutation.EndLags && _records.Count > 1 ? _records[^1].Position : _end);

    public void FailNext(AppendFault fault) => _next = fault;

    public Task ReopenAsync()
    {
        if (_mutation == LogMutation.LosesTheLastWhenReopened && _records.Count > 0)
            _records.RemoveAt(_records.Count - 1);
        if (_mutation == LogMutation.MovesPositionsWhenReopened)
        {
            for (var index = 0; index < _records.Count; index++)
                _records[index] = _records[index] with { Position = _records[index].Position + 1 };
        }
        return Task.CompletedTask;
    }

    public Task CrashAsync()
    {
        if (_doubtful is { } record)
            Add(record.Bytes, record.ReceivedAt);
        _doubtful = null;
        return Task.CompletedTask;
    }

    public long BytesBetween(LogPosition from, LogPosition to) => to.Value - from.Value;

    public async ValueTask<LogPosition> AppendAsync(
        ReadOnlyMemory<byte> record, Instant receivedAt, CancellationToken cancellationToken)
    {
        await ValueTask.CompletedTask;
        cancellationToken.ThrowIfCancellationRequested();
        lock (_records)
            return Append(record.ToArray(), receivedAt);
    }

    public async IAsyncEnumerable<LogEntry> ReadAsync(
        LogPosition from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await ValueTask.CompletedTask;
        var records = _records.Where(record => _mutation == LogMutation.ReadsFromTheBeginning
            || record.Position >= from.Value).ToList();
        if (_mutation == LogMutation.ReadsBackwards)
            records.Reverse();
        if (_mutation == LogMutation.ReadsWithoutTheLast && records.Count > 1)
            records.RemoveAt(records.Count - 1);
        foreach (var record in records)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new LogEntry(
                [new LogRecord(record.Bytes, new LogPosition(record.Position))], new LogPosition(record.Next));
        }
    }

    public IMeasurementLookup OpenLookup() => new Lookup(this);

    public Task WaitForMoreAsync(LogPosition position, CancellationToken cancellationToken) =>
        _end > position.Value || _mutation == LogMutation.WakesAtOnce
            ? Task.CompletedTask
            : _grown.Task.WaitAsync(cancellationToken);

    public ValueTask TrimAsync(LogPosition before, Instant receivedBefore, CancellationToken cancellationToken)
    {
        while (_records is [var first, ..]
            && (first.Next <= before.Value || _mutation == LogMutation.TrimsByTimeAlone)
            && (first.ReceivedAt < receivedBefore || _mutation == LogMutation.TrimsByPositionAlone))
        {
            _start = first.Next;
            _records.RemoveAt(0);
        }
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private LogPosition Append(byte[] bytes, Instant receivedAt)
    {
        var fault = _next;
        _next = null;
        if (fault == AppendFault.NotKept)
        {
            if (_mutation == LogMutation.KeepsWhatItRefused)
                Add(bytes, receivedAt);
            throw new IOException("No space left on device");
        }
        if (fault == AppendFault.Unknown)
        {
            _doubtful = new Kept(bytes, 0, receivedAt);
            throw _mutation == LogMutation.CallsTheUnknownNotKept
                ? new IOException("Input/output error")
                : new AppendUnknownException("Nobody knows", new IOException("Input/output error"));
        }
        var added = Add(bytes, receivedAt);
        if (_mutation == LogMutation.KeepsARecordTwice)
            Add(bytes, receivedAt);
        if (_mutation == LogMutation.KeepsTheUnknownLater && _doubtful is { } late)
            Add(late.Bytes, late.ReceivedAt);
        _doubtful = null;
        return new LogPosition(_mutation == LogMutation.AnswersTheBeginning ? added : _end);
    }

    private long Add(byte[] bytes, Instant receivedAt)
    {
        var record = new Kept(bytes, _end + Gap, receivedAt);
        _records.Add(record);
        _end = record.Next;
        var grown = _grown;
        _grown = new TaskCompletionSource();
        grown.SetResult();
        return record.Position;
    }

    private sealed record Kept(byte[] Bytes, long Position, Instant ReceivedAt)
    {
        public long Next => Position + Bytes.Length;
    }

    /// <summary>Decodes the record anew for each question.</summary>
    private sealed class Lookup(MemoryLog log) : IMeasurementLookup
    {
        public ValueTask<LoggedRow?> FindAsync(
            LogPosition position, ReadOnlySpan<byte> organizationId, ReadOnlySpan<byte> uid)
        {
            if (Open(position) is not var (batch, row)
                || (log._mutation != LogMutation.FindsAnyUid && !batch.Uid(row).SequenceEqual(uid))
                || (log._mutation != LogMutation.FindsAnyOrganization
                    && !batch.OrganizationId.SequenceEqual(organizationId)))
                return ValueTask.FromResult<LoggedRow?>(null);
            return ValueTask.FromResult<LoggedRow?>(new LoggedRow(position, batch.ReceivedAt, row.ContentHash));
        }

        public ValueTask<Measurement?> ReadAsync(LogPosition position) => ValueTask.FromResult(
            Open(position) is var (batch, row) ? BatchDecoder.Decode(batch, row, out _) : null);

        private (BatchReader Batch, BatchRow Row)? Open(LogPosition position)
        {
            var record = log._records.Find(one => one.Position <= position.Value && position.Value < one.Next);
            if (record is null)
                return null;
            var start = (int)(position.Value - record.Position);
            var batch = new BatchReader();
            batch.Open(record.Bytes);
            while (batch.TryRead(out var row))
            {
                if (row.Start == start)
                    return log._mutation == LogMutation.FindsTheWrongMeasurement ? First(record) : (batch, row);
                BatchDecoder.Decode(batch, row, out var valueBytes);
                batch.Advance(row, valueBytes);
            }
            return null;
        }

        private static (BatchReader Batch, BatchRow Row) First(Kept record)
        {
            var batch = new BatchReader();
            batch.Open(record.Bytes);
            batch.TryRead(out var row);
            return (batch, row);
        }
    }
}

/// <summary>What a log may do wrong.</summary>
internal enum LogMutation
{
    None,
    LosesTheLastWhenReopened,
    MovesPositionsWhenReopened,
    KeepsWhatItRefused,
    CallsTheUnknownNotKept,
    KeepsTheUnknownLater,
    KeepsARecordTwice,
    AnswersTheBeginning,
    EndLags,
    ReadsFromTheBeginning,
    ReadsBackwards,
    ReadsWithoutTheLast,
    WakesAtOnce,
    TrimsByTimeAlone,
    TrimsByPositionAlone,
    FindsAnyUid,
    FindsAnyOrganization,
    FindsTheWrongMeasurement,
}
