using System.Collections.Concurrent;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// Threads for reads, which block for long, while the thread pool is shared. A thread is kept for later reads, because
/// the engine is slower on a thread that it has not used before.
/// </summary>
internal sealed class ReadThreads : IDisposable
{
    private readonly BlockingCollection<Action> _reads = [];
    private int _free;

    /// <summary>
    /// Runs a read, on a new thread if none is free. The caller limits the number of concurrent reads.
    /// </summary>
    public Task<T> RunAsync<T>(Func<T> read, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (Interlocked.Decrement(ref _free) < 0)
        {
            Interlocked.Increment(ref _free);
            new Thread(() => Work(Read)) { IsBackground = true, Name = "Read" }.Start();
        }
        else
        {
            _reads.Add(Read, CancellationToken.None);
        }
        return done.Task;

        void Read()
        {
            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                done.SetResult(read());
            }
            catch (OperationCanceledException cancelled)
            {
                done.SetCanceled(cancelled.CancellationToken);
            }
            catch (Exception exception)
            {
                done.SetException(exception);
            }
        }
    }

    /// <summary>Ends the threads. No read may be running.</summary>
    public void Dispose() => _reads.CompleteAdding();

    private void Work(Action first)
    {
        first();
        Interlocked.Increment(ref _free);
        foreach (var read in _reads.GetConsumingEnumerable())
        {
            read();
            Interlocked.Increment(ref _free);
        }
    }
}
