using System.Buffers.Binary;
using System.Numerics;
using NodaTime;
using Tallystick.Metering.Measurements;
using Tallystick.Storage.Documents;

namespace Tallystick.Storage.Measurements.Log;

/// <summary>
/// The one writer of the log: everything that waits goes out in one write and one flush, then all are answered
/// (group commit). After a fault it goes on by itself as soon as the disk can be written again.
/// </summary>
internal sealed class LogWriter(LogTail tail, LogOptions options, Action<long> advance)
{
    private const int LongestRecord = 512 * 1024 * 1024;

    private readonly object _gate = new();
    private readonly Queue<PendingAppend> _waiting = new();
    private readonly List<PendingAppend> _group = [];
    private volatile StoreUnavailableException? _fault;
    private long _waitingBytes;
    private bool _completed;
    private byte[] _frame = [];

    /// <summary>Why nothing can be kept at the moment; null when all is well.</summary>
    public StoreUnavailableException? Fault => _fault;

    /// <summary>Hands a record over.</summary>
    /// <returns>The position behind it, once it is on the disk.</returns>
    public ValueTask<LogPosition> AppendAsync(ReadOnlyMemory<byte> record, Instant receivedAt)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(record.Length, LongestRecord);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_completed, typeof(FileMeasurementLog));
            if (_waitingBytes > 0 && _waitingBytes + record.Length > options.WaitingBytes)
            {
                throw new LogBusyException(
                    $"{_waitingBytes} bytes of measurements wait to be written to disk, and at most "
                    + $"{options.WaitingBytes} may. Nothing of the request was kept: send it again in a moment.");
            }
            var append = PendingAppend.For(record, receivedAt);
            _waitingBytes += append.Bytes;
            _waiting.Enqueue(append);
            if (_waiting.Count == 1)
                Monitor.Pulse(_gate);
            return append.Answer;
        }
    }

    /// <summary>Takes no more appends; those waiting are still written.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _completed = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Writes until <see cref="Complete"/>.</summary>
    public void Run()
    {
        while (TakeGroup())
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
                tail.Break();
                _fault = new StoreUnavailableException(
                    "Measurements cannot be written to disk at the moment; nothing of the request was kept. "
                    + "The server tries again by itself: send the request again later.", exception);
            }
            Answer();
        }
        tail.Dispose();
    }

    /// <summary>Waits for appends, or for the time to try a broken disk again: then the group is empty.</summary>
    private bool TakeGroup()
    {
        lock (_gate)
        {
            while (_waiting.Count == 0)
            {
                if (_completed)
                    return false;
                if (!Monitor.Wait(_gate, tail.IsBroken ? options.TryAgainAfter : Timeout.InfiniteTimeSpan))
                    return true;
            }
            var bytes = 0L;
            while (_waiting.TryPeek(out var next) && (bytes == 0 || bytes + next.Bytes <= options.WriteBytes))
            {
                bytes += next.Bytes;
                _group.Add(_waiting.Dequeue());
            }
            return true;
        }
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
        lock (_gate)
            _waitingBytes -= _group.Sum(append => append.Bytes);
        var fault = _fault;
        foreach (var append in _group)
        {
            if (fault is null)
                append.Complete(new LogPosition(tail.End));
            else
                append.Fail(fault);
        }
        _group.Clear();
    }
}
