using Tallystick.Metering.Measurements;
using Tallystick.Resources.Documents;
using Tallystick.Server.Hosting;

namespace Tallystick.Server.Jobs;

/// <summary>
/// Temporary infrastructure failures, after which the same work can succeed later: the database is unavailable, or the
/// measurement store is out of memory. They end neither background work nor the process.
/// </summary>
internal static class Outages
{
    private static readonly TimeSpan MinPause = TimeSpan.FromSeconds(0.5);

    /// <summary>Maximum pause between two attempts.</summary>
    internal static TimeSpan MaxPause { get; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether the exception is such a failure.</summary>
    internal static bool Is(Exception fault) => fault is StoreOutageException or UsageMemoryException;

    /// <summary>
    /// The pause after <paramref name="last"/>: twice as long, up to a maximum. Zero gives the first pause.
    /// </summary>
    internal static TimeSpan NextPause(TimeSpan last, TimeSpan max) =>
        last == TimeSpan.Zero ? MinPause : last * 2 < max ? last * 2 : max;

    /// <summary>Repeats the work until it succeeds or fails for another reason. The work must be idempotent.</summary>
    internal static async Task RetryDuringOutageAsync(
        Func<Task> work, TimeProvider time, ILogger logger, CancellationToken stoppingToken)
    {
        for (var pause = MinPause; ; pause = NextPause(pause, MaxPause))
        {
            try
            {
                await work();
                return;
            }
            catch (Exception outage) when (Is(outage))
            {
                Log.WaitingForDatabase(logger, outage.Message, pause.TotalSeconds);
            }
            await Task.Delay(pause, time, stoppingToken);
        }
    }
}
