using NodaTime;
using Tallystick.Resources.Files;
using Tallystick.Server.Hosting;

namespace Tallystick.Server.Jobs;

/// <summary>Removes, at the start and every hour, the files whose expiry has come.</summary>
internal sealed class FileSweeper(IFileStore files, TimeProvider time, ILogger<FileSweeper> logger)
    : BackgroundService
{
    private static readonly Duration Pause = Duration.FromHours(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The start does not wait for it.
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
