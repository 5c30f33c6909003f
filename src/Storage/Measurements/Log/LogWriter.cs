using System.Buffers.Binary;
using System.Numerics;
using NodaTime;
using Tallystick.Metering.Measurements;
using Tallystick.Resources.Documents;

namespace Tallystick.Storage.Measurements.Log;

/// <summary>
/// Writes the log with group commit: one write and one flush store all waiting records, then all appends are answered.
/// If the writer is idle, the appending thread writes the record itself, which saves a lone measurement two thread
/// switches. After a disk fault the writer resumes as soon as the disk is writable again.
/// </summary>
internal sealed class LogWriter(LogTail tail, LogOptions options, Action<long> advance)
{
    private const int MaxRecord = 512 * 1024 * 1024;

    private readonly object _gate = new();
    private readonly Queue<PendingAppend> _waiting = new();
    private readonly List<PendingAppend> _group = [];
    private volatile StoreUnavailableException? _fault;
    private AppendUnknownException? _unknown;
    private long _waitingBytes;
    private bool _isWriting;
    private bool _isCompleted;
    private byte[] _frame = [];

    /// <summary>Why nothing can be stored at the moment; null while the log is healthy.</summary>
    public StoreUnavailableException? Fault => _fault;

    /// <summary>Appends a record.</summary>
    /// <returns>The position after the record, once it is on disk.</returns>
    public ValueTask<LogPosition> AppendAsync(ReadOnlyMemory<byte> record, Instant receivedAt)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(record.Length, MaxRecord);
        PendingAppend append;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isCompleted, typeof(FileMeasurementLog));
            if (_waitingBytes > 0 && _waitingBytes + record.Length > options.WaitingBytes)
            {
                throw new LogBusyException(
                    $"{_waitingBytes} bytes of measurements are waiting to be written to disk; the maximum is "
                    + $"{options.WaitingBytes}. The request was not accepted. Try again in a moment.");
            }
            append = PendingAppend.For(record, receivedAt);
            _waitingBytes += append.Bytes;
            if (_isWriting)
            {
                _waiting.Enqueue(append);
                return append.Answer;
            }
            _isWriting = true;
            _group.Add(append);
        }
        var answer = append.Answer;
        WriteGroup();
        return answer;
    }

    /// <summary>Refuses further appends; those already waiting are still written.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _isCompleted = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Writes the appends that queue up while a group is written, until <see cref="Complete"/>.</summary>
    public void Run()
    {
        while (TakeGroup())
            WriteGroup();
        tail.Dispose();
    }

    /// <summary>
    /// Waits for appends, or until it is time to retry a broken disk; in that case the group is empty.
    /// </summary>
    private bool TakeGroup()
    {
        lock (_gate)
        {
            while (_isWriting || _waiting.Count == 0)
            {
                if (_isWriting)
                    Monitor.Wait(_gate);
                else if (_isCompleted)
                    return false;
                else if (!Monitor.Wait(_gate, tail.IsBroken ? options.TryAgainAfter : Timeout.InfiniteTimeSpan)
                    && !_isWriting)
                    break;
            }
            var bytes = 0L;
            while (_waiting.TryPeek(out var next) && (bytes == 0 || bytes + next.Bytes <= options.WriteBytes))
            {
                bytes += next.Bytes;
                _group.Add(_waiting.Dequeue());
            }
            return _isWriting = true;
        }
    }

    private void WriteGroup()
    {
        try
        {
            if (_group.Count == 0)
                tail.Mend();
            else
                WriteFrame();
            _fault = null;
        }
        catch (Exception exception)
        {
            if (!tail.Break())
            {
                _unknown = new AppendUnknownException(
                    "The disk failed during a write, and the measurements may or may not have been stored: "
                        + $"{exception.Message}",
                    exception);
            }
            _fault = new StoreUnavailableException(
                "Measurements cannot be written to disk at the moment. The request was not accepted. Try again "
                + "later.", exception);
        }
        Answer();
    }

    private void WriteFrame()
    {
        var payload = (int)_group.Sum(append => append.Bytes);
        var length = (int)LogFrame.LengthOf(payload);
        if (_frame.Length < length)
            _frame = GC.AllocateUninitializedArray<byte>((int)BitOperations.RoundUpToPowerOf2((uint)length));
        var frame = _frame.AsSpan(0, length);
        var rest = frame[LogFrame.HeaderBytes..];
        foreach (var append in _group)
        {
            BinaryPrimitives.WriteInt32LittleEndian(rest, append.Record.Length);
            append.Record.Span.CopyTo(rest[sizeof(int)..]);
            rest = rest[(int)append.Bytes..];
        }
        rest.Clear();
        tail.Write(frame, payload, _group.Max(append => append.ReceivedAt));
        advance(tail.End);
    }

    private void Answer()
    {
        Exception? fault = _unknown;
        fault ??= _fault;
        var end = new LogPosition(tail.End);
        _unknown = null;
        lock (_gate)
            _waitingBytes -= _group.Sum(append => append.Bytes);
        foreach (var append in _group)
        {
            if (fault is null)
                append.Complete(end);
            else
                append.Fail(fault);
        }
        _group.Clear();
        lock (_gate)
        {
            _isWriting = false;
            Monitor.Pulse(_gate); // wakes the writer for new appends or to retry the disk
        }
    }
}
