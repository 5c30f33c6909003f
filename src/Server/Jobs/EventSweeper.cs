using NodaTime;
using Tallystick.Access.Organizations;
using Tallystick.Resources.Documents;
using Tallystick.Server.Api.Events;
using Tallystick.Server.Api.Resources;
using Tallystick.Server.Hosting;

namespace Tallystick.Server.Jobs;

/// <summary>Deletes change events whose retention time has passed, at the start and every hour.</summary>
internal sealed class EventSweeper(
    ChangeEventSource events, IDocumentStore store, EventNews news, TimeProvider time, ILogger<EventSweeper> logger)
    : BackgroundService
{
    private static readonly Duration Pause = Duration.FromHours(1);

    /// <summary>Deletes them once, for all organizations.</summary>
    internal async Task SweepAsync(CancellationToken cancellationToken)
    {
        foreach (var organizationId in await Organizations.IdsAsync(AllKinds.Catalog, store, cancellationToken))
        {
            // What they pass now is deleted in the next hour.
            news.Remind(organizationId);
            await events.ForgetAsync(organizationId, cancellationToken);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                Log.EventsNotSwept(logger, exception);
            }
            await Task.Delay(Pause.ToTimeSpan(), time, stoppingToken);
        }
    }
}
