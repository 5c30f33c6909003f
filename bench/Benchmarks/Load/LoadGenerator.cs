using System.Diagnostics;

namespace Tallystick.Benchmarks.Load;

/// <summary>Sends the batches of one connection.</summary>
internal interface IBatchSender : IDisposable
{
    /// <summary>Sends a batch and waits until it is answered for.</summary>
    /// <param name="template">The template of the batch.</param>
    /// <param name="numbers">Its measurements.</param>
    void Send(int template, long[] numbers);
}

/// <summary>Sends from a thread per connection, as fast as the answers come.</summary>
internal static class LoadGenerator
{
    /// <summary>Runs a load to its end; what was begun by then is finished.</summary>
    public static LoadResult Run(Shape shape, Extent extent, Func<int, IBatchSender> connect)
    {
        using var start = new Barrier(shape.Connections + 1);
        long left = extent.Measurements;
        var connections = Enumerable.Range(0, shape.Connections)
            .Select(connection => Task.Factory.StartNew(
                () =>
                {
                    IBatchSender sender;
                    try
                    {
                        sender = connect(connection);
                    }
                    finally
                    {
                        start.SignalAndWait();
                    }
                    using (sender)
                        return Send(shape, extent.Seconds, sender, ref left);
                },
                TaskCreationOptions.LongRunning))
            .ToArray();
        start.SignalAndWait();
        var began = Stopwatch.GetTimestamp();
        Task.WaitAll(connections);
        var took = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var times = connections.SelectMany(connection => connection.Result.Times).ToArray();
        Array.Sort(times);
        return new LoadResult(
            (long)times.Length * shape.Batch, connections.Sum(connection => connection.Result.Fresh), took,
            Milliseconds(times[times.Length / 2]), Milliseconds(times[(int)(times.Length * 0.99)]));
    }

    private static (List<long> Times, long Fresh) Send(Shape shape, double seconds, IBatchSender sender, ref long left)
    {
        var batches = new BatchNumbers(shape);
        var numbers = new long[shape.Batch];
        var times = new List<long>(4096);
        var fresh = 0L;
        var start = Stopwatch.GetTimestamp();
        for (long batch = 0; Interlocked.Add(ref left, -shape.Batch) >= 0 || batch == 0; batch++)
        {
            fresh += batches.Fill(batch, numbers);
            var began = Stopwatch.GetTimestamp();
            sender.Send((int)(batch % batches.Templates), numbers);
            var ended = Stopwatch.GetTimestamp();
            times.Add(ended - began);
            if (Stopwatch.GetElapsedTime(start, ended).TotalSeconds >= seconds)
                break;
        }
        return (times, fresh);
    }

    private static double Milliseconds(long ticks) => ticks * 1000.0 / Stopwatch.Frequency;
}
