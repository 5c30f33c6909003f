using System.Collections.Concurrent;
using System.Threading.Tasks.Sources;
using NodaTime;
using Tallystick.Metering.Measurements;

namespace Tallystick.Storage.Measurements.Log;

/// <summary>
/// A record waiting to be written, and the result of its append. Instances are reused once their result has been
/// consumed, so that an append allocates nothing. Continuations run asynchronously, so that they do not delay other
/// answers.
/// </summary>
internal sealed class PendingAppend : IValueTaskSource<LogPosition>
{
    private const int KeptAtMost = 1024;
    private static readonly ConcurrentQueue<PendingAppend> Unused = new();

    private ManualResetValueTaskSourceCore<LogPosition> _answer =
        new() { RunContinuationsAsynchronously = true };

    public ReadOnlyMemory<byte> Record { get; private set; }

    /// <summary>When the record was received, in ticks since 1970.</summary>
    public long ReceivedAt { get; private set; }

    /// <summary>Bytes that the record takes in a frame.</summary>
    public long Bytes => sizeof(int) + (long)Record.Length;

    public ValueTask<LogPosition> Answer => new(this, _answer.Version);

    public static PendingAppend For(ReadOnlyMemory<byte> record, Instant receivedAt)
    {
        if (!Unused.TryDequeue(out var append))
            append = new PendingAppend();
        (append.Record, append.ReceivedAt) = (record, receivedAt.ToUnixTimeTicks());
        return append;
    }

    public void Complete(LogPosition position) => _answer.SetResult(position);

    public void Fail(Exception fault) => _answer.SetException(fault);

    LogPosition IValueTaskSource<LogPosition>.GetResult(short token)
    {
        try
        {
            return _answer.GetResult(token);
        }
        finally
        {
            _answer.Reset();
            Record = default;
            if (Unused.Count < KeptAtMost)
                Unused.Enqueue(this);
        }
    }

    ValueTaskSourceStatus IValueTaskSource<LogPosition>.GetStatus(short token) => _answer.GetStatus(token);

    void IValueTaskSource<LogPosition>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _answer.OnCompleted(continuation, state, token, flags);
}
