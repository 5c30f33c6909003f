using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Tallystick.Storage.Measurements.DuckDb.CustomSql;

/// <summary>
/// Ends a query that takes too long. What counts is processor time, because the threads of queries have a low priority:
/// while ingest uses all processors, a harmless query takes long. On systems other than Linux, all time counts.
/// </summary>
internal sealed partial class QueryTime : IDisposable
{
    /// <summary>How many times as long as its processor time a query may take in total.</summary>
    public const int Patience = 6;

    private const int PriorityOfThread = 0;
    private const int LowPriority = 10;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly Lock _lock = new();
    private readonly Stopwatch _total = Stopwatch.StartNew();
    private readonly CancellationTokenSource _ended;
    private readonly TimeSpan _limit;
    private readonly Timer _timer;
    private int? _clock;
    private TimeSpan _before;
    private TimeSpan _used;
    private bool _isDisposed;

    /// <param name="limit">The limit of processor time.</param>
    /// <param name="cancellationToken">Ends the query, too.</param>
    public QueryTime(TimeSpan limit, CancellationToken cancellationToken)
    {
        _limit = limit;
        _ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _timer = new Timer(_ => Check(), null, Pause, Pause);
    }

    /// <summary>Is cancelled when the query must end.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>Runs a part of the query on a thread of low priority, whose processor time counts.</summary>
    public Task<T> RunAsync<T>(Func<T> part)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            Begin();
            try
            {
                var result = part();
                End();
                done.SetResult(result);
            }
            catch (Exception exception)
            {
                End();
                done.SetException(exception);
            }
        })
        {
            IsBackground = true,
            Name = "Custom SQL",
            Priority = ThreadPriority.BelowNormal,
        };
        thread.Start();
        return done.Task;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _timer.Dispose();
            _ended.Dispose();
        }
    }

    private void Begin()
    {
        if (!OperatingSystem.IsLinux())
            return;
        // Linux ignores other ways to set the priority of a thread.
        _ = SetPriority(PriorityOfThread, 0, LowPriority);
        lock (_lock)
        {
            if (GetClock(CurrentThread(), out var clock) == 0 && Read(clock) is { } now)
                (_clock, _before) = (clock, now);
        }
    }

    private void End()
    {
        lock (_lock)
        {
            _used = Used();
            _clock = null;
        }
    }

    private void Check()
    {
        lock (_lock)
        {
            if (_isDisposed)
                return;
            var used = OperatingSystem.IsLinux() ? Used() : _total.Elapsed;
            if (used >= _limit || _total.Elapsed >= _limit * Patience)
                _ended.Cancel();
        }
    }

    private TimeSpan Used() => _clock is { } clock && Read(clock) is { } now ? _used + now - _before : _used;

    private static TimeSpan? Read(int clock) => GetTime(clock, out var time) == 0
        ? TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromMicroseconds(time.Nanoseconds / 1000)
        : null;

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, uint who, int priority);

    [LibraryImport("libc", EntryPoint = "pthread_self")]
    private static partial nint CurrentThread();

    [LibraryImport("libc", EntryPoint = "pthread_getcpuclockid")]
    private static partial int GetClock(nint thread, out int clock);

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out TimeSpec time);

    private readonly struct TimeSpec
    {
        public readonly nint Seconds;
        public readonly nint Nanoseconds;
    }
}
