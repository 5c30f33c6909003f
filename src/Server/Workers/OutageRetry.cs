using Tallystick.Metering.Measurements;
using Tallystick.Resources.Documents;
using Tallystick.Server.Http;

namespace Tallystick.Server.Workers;

/// <summary>
/// Does the work of a background worker again, after growing pauses, for as long as the database cannot be used or
/// the measurement store lacks memory: neither ends a job or the process.
/// </summary>
/// <param name="time">Measures the pauses.</param>
/// <param name="logger">Is told of each outage.</param>
internal sealed class OutageRetry(TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>True for a fault after which the same work may succeed later.</summary>
    internal static bool IsOutage(Exception fault) => fault is StoreOutageException or UsageMemoryException;

    /// <summary>Does the work until it succeeds or fails for another reason. It must bear being done again.</summary>
    internal async Task RunAsync(Func<Task> work, CancellationToken stoppingToken)
    {
        for (var pause = ShortestPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                await work();
                return;
            }
            catch (Exception outage) when (IsOutage(outage))
            {
                Log.WaitingForDatabase(logger, outage.Message, pause.TotalSeconds);
            }
            await Task.Delay(pause, time, stoppingToken);
        }
    }
}
