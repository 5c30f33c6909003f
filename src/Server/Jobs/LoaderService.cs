using Tallystick.Metering.Ingest;
using Tallystick.Server.Hosting;

namespace Tallystick.Server.Jobs;

/// <summary>Runs the loader for as long as the server runs.</summary>
internal sealed class LoaderService(MeasurementLoader loader, ILogger<LoaderService> logger) : BackgroundService
{
    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        loader.Faulted += fault => Log.LoadingFailed(logger, fault);
        return Task.Run(() => loader.RunAsync(stoppingToken), stoppingToken);
    }
}
