using NodaTime;
using Tallystick.Metering.Ingest;
using Tallystick.Metering.Measurements;
using Tallystick.Server.Hosting;

namespace Tallystick.Server.Jobs;

/// <summary>
/// Does the housekeeping of the measurement store in the background, as long as the loader has little to do: usage that
/// comes in goes first.
/// </summary>
internal sealed class MaintenanceService(
    IStoreMaintenance store, ILogPartition log, MeasurementLoader loader, IClock clock,
    ILogger<MaintenanceService> logger) : BackgroundService
{
    // Some 60,000 measurements: what gathers in half a second of a busy day.
    private const long LittleToDo = 4_000_000;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    // A day is closed an hour after its end, when what was under way has arrived; later arrivals are moved one by one.
    private static readonly Duration Grace = Duration.FromHours(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                while (log.BytesBetween(loader.Position, log.End) < LittleToDo
                    && await store.TakeStepAsync(ClosedBefore(), log.Start, stoppingToken))
                {
                }
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // Nothing is lost by it: reading is slower until it works again.
                Log.SortingFailed(logger, exception);
            }
            await Task.Delay(Pause, stoppingToken);
        }
    }

    private Instant ClosedBefore() => (clock.GetCurrentInstant() - Grace).InUtc().Date.AtMidnight().InUtc().ToInstant();
}
