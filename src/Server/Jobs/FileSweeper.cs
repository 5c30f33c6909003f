using NodaTime;
using Tallystick.Resources.Files;
using Tallystick.Server.Hosting;

namespace Tallystick.Server.Jobs;

/// <summary>Deletes expired files at the start and every hour.</summary>
internal sealed class FileSweeper(IFileStore files, TimeProvider time, ILogger<FileSweeper> logger)
    : BackgroundService
{
    private static readonly Duration Pause = Duration.FromHours(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Do not delay the start of the server.
        await Task.Yield();
        while (true)
        {
            try
            {
                await files.DeleteExpiredAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                Log.FilesNotSwept(logger, exception);
            }
            await Task.Delay(Pause.ToTimeSpan(), time, stoppingToken);
        }
    }
}
