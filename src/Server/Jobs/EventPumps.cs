using Tallystick.Access.Organizations;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;
using Tallystick.Resources.Events;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Jobs;

/// <summary>Listens to committed changes, which may create events to deliver.</summary>
internal sealed class EventNews : IChangeListener
{
    /// <summary>
    /// Called after a change, with the UUID of the organization and what was changed; with null for any change.
    /// </summary>
    internal Action<string, IReadOnlyList<(Resource? Before, Resource? After)>?>? Heard { get; set; }

    /// <summary>
    /// Makes subscribers pass events that they do not want, whose retention time ends when all have passed them.
    /// </summary>
    internal void Remind(string organizationId) => Heard?.Invoke(organizationId, null);

    /// <inheritdoc/>
    public void Changed(
        string organizationId, long order, IReadOnlyList<(Resource? Before, Resource? After)> entities)
    {
        if (entities.Count > 0)
            Heard?.Invoke(organizationId, entities);
    }
}

/// <summary>Delivers events to all subscribers, independently of each other so that none delays another.</summary>
internal sealed class EventPumps : BackgroundService
{
    private readonly IReadOnlyList<EventPump> _pumps;
    private readonly Subscriptions _subscriptions;
    private readonly IDocumentStore _store;
    private readonly EventNews _news;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    public EventPumps(
        IEnumerable<IEventSubscriber> subscribers,
        Subscriptions subscriptions,
        IDocumentStore store,
        EventNews news,
        TimeProvider time,
        ILogger<EventPumps> logger)
    {
        (_subscriptions, _store, _news, _time, _logger) = (subscriptions, store, news, time, logger);
        _pumps = [.. subscribers.Select(subscriber => new EventPump(subscriber, subscriptions, time, logger))];
    }

    /// <summary>Age of the oldest event not yet handled, by subscriber.</summary>
    internal IEnumerable<(string Subscriber, TimeSpan Lag)> Lags =>
        _pumps.Select(pump => (pump.Subscriber.Name, pump.Lag));

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        if (_pumps.Count == 0)
            return;
        _news.Heard = (organizationId, entities) =>
        {
            foreach (var pump in _pumps.Where(pump => entities is null || pump.IsConcerned(entities)))
                pump.Notify(organizationId);
        };
        await Outages.RetryDuringOutageAsync(() => JoinAsync(stoppingToken), _time, _logger, stoppingToken);
        await Task.WhenAll(_pumps.Select(pump => pump.RunAsync(stoppingToken)));
    }

    private async Task JoinAsync(CancellationToken cancellationToken)
    {
        var organizationIds = await Organizations.IdsAsync(AllKinds.Catalog, _store, cancellationToken);
        foreach (var pump in _pumps)
        {
            await _subscriptions.JoinAsync(pump.Subscriber, organizationIds, cancellationToken);
            foreach (var organizationId in organizationIds)
                pump.Notify(organizationId);
        }
    }
}
