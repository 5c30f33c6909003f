using NodaTime;
using Tallystick.Metering.Ingest;
using Tallystick.Metering.Measurements;
using Tallystick.Server.Hosting;

namespace Tallystick.Server.Jobs;

/// <summary>
/// Runs maintenance of the measurement store in the background while the loader is mostly idle, because loading new
/// measurements has priority.
/// </summary>
internal sealed class MaintenanceService(
    IStoreMaintenance store, ILogPartition log, MeasurementLoader loader, IClock clock,
    ILogger<MaintenanceService> logger) : BackgroundService
{
    // In bytes of the log; about 60,000 measurements.
    private const long IdleThresholdBytes = 4_000_000;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    // A day is closed one hour after its end, to include measurements still in transit. Later arrivals are moved
    // individually.
    private static readonly Duration Grace = Duration.FromHours(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                while (log.BytesBetween(loader.Position, log.End) < IdleThresholdBytes
                    && await store.RunStepAsync(ClosedBefore(), log.Start, stoppingToken))
                {
                }
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // No data is lost. Queries are slower until maintenance succeeds.
                Log.SortingFailed(logger, exception);
            }
            await Task.Delay(Pause, stoppingToken);
        }
    }

    private Instant ClosedBefore() => (clock.GetCurrentInstant() - Grace).InUtc().Date.AtMidnight().InUtc().ToInstant();
}
