using Tallystick.Metering.Ingest;

namespace Tallystick.Server.Ingest;

/// <summary>Runs the loader for as long as the server runs.</summary>
internal sealed class LoaderService(MeasurementLoader loader) : BackgroundService
{
    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.Run(() => loader.RunAsync(stoppingToken), stoppingToken);
}
