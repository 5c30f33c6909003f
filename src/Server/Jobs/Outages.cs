using Tallystick.Metering.Measurements;
using Tallystick.Resources.Documents;
using Tallystick.Server.Hosting;

namespace Tallystick.Server.Jobs;

/// <summary>
/// Faults of the infrastructure, after which the same work may succeed later: the database cannot be used, or the
/// measurement store lacks memory. Neither ends background work or the process.
/// </summary>
internal static class Outages
{
    private static readonly TimeSpan MinPause = TimeSpan.FromSeconds(0.5);

    /// <summary>The longest pause between two tries.</summary>
    internal static TimeSpan MaxPause { get; } = TimeSpan.FromSeconds(30);

    /// <summary>True for such a fault.</summary>
    internal static bool Is(Exception fault) => fault is StoreOutageException or UsageMemoryException;

    /// <summary>The next pause, after <paramref name="last"/> or none: twice as long, up to a maximum.</summary>
    internal static TimeSpan NextPause(TimeSpan last, TimeSpan max) =>
        last == TimeSpan.Zero ? MinPause : last * 2 < max ? last * 2 : max;

    /// <summary>Does the work until it succeeds or fails for another reason. It must bear being done again.</summary>
    internal static async Task OutlastAsync(
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
