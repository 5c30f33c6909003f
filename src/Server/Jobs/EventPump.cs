using System.Collections.Frozen;
using System.Threading.Channels;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Events;
using Tallystick.Server.Api.Resources;
using Tallystick.Server.Hosting;

namespace Tallystick.Server.Jobs;

/// <summary>Delivers the events of all organizations to one subscriber as they are written.</summary>
internal sealed class EventPump(
    IEventSubscriber subscriber, Subscriptions subscriptions, TimeProvider time, ILogger logger)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Waiting> _waiting = new(StringComparer.Ordinal);
    private readonly Channel<string> _turns = Channel.CreateUnbounded<string>();

    // The types whose changes have the names that the subscriber wants; null for all.
    private readonly FrozenSet<Type>? _types = subscriber.EventNames is not { } names ? null : AllKinds.Catalog.All
        .Where(definition => definition.EventName is { } name
            && names.Any(wanted => wanted.StartsWith($"{name}.", StringComparison.Ordinal)))
        .Select(definition => definition.Model)
        .ToFrozenSet();

    /// <summary>The subscriber.</summary>
    internal IEventSubscriber Subscriber => subscriber;

    /// <summary>Age of the oldest event that is not yet handled.</summary>
    internal TimeSpan Lag
    {
        get
        {
            var now = time.GetUtcNow();
            lock (_lock)
                return _waiting.Values.Select(one => now - one.Since).DefaultIfEmpty(TimeSpan.Zero).Max();
        }
    }

    /// <summary>Whether a change may have raised events that the subscriber wants.</summary>
    internal bool IsConcerned(IReadOnlyList<(Resource? Before, Resource? After)> entities) =>
        _types is null || entities.Any(entity => _types.Contains((entity.After ?? entity.Before)!.GetType()));

    /// <summary>Signals that an organization may have new events.</summary>
    internal void Notify(string organizationId)
    {
        lock (_lock)
        {
            if (_waiting.TryGetValue(organizationId, out var waiting))
            {
                waiting.HasNews = true;
                return;
            }
            _waiting.Add(organizationId, new Waiting { Since = time.GetUtcNow() });
        }
        _turns.Writer.TryWrite(organizationId);
    }

    /// <summary>Delivers events until it is stopped.</summary>
    internal async Task RunAsync(CancellationToken stoppingToken)
    {
        await foreach (var organizationId in _turns.Reader.ReadAllAsync(stoppingToken))
        {
            Waiting waiting;
            lock (_lock)
                waiting = _waiting[organizationId];
            try
            {
                if (await DeliverAsync(organizationId, waiting, stoppingToken))
                    _turns.Writer.TryWrite(organizationId);
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                waiting.Pause = Outages.NextPause(waiting.Pause, Outages.MaxPause);
                Log.EventsNotHandled(logger, fault, subscriber.Name, organizationId, waiting.Pause.TotalSeconds);
                _ = RetryAsync(organizationId, waiting.Pause, stoppingToken);
            }
        }
    }

    // True if there may be more events.
    private async Task<bool> DeliverAsync(string organizationId, Waiting waiting, CancellationToken cancellationToken)
    {
        waiting.HasNews = false;
        var delivery = await subscriptions.NextAsync(subscriber, organizationId, cancellationToken);
        if (delivery is not null)
        {
            lock (_lock)
                waiting.Since = delivery.Since.ToDateTimeOffset();
            await delivery.HandleAsync();
        }
        waiting.Pause = TimeSpan.Zero;
        lock (_lock)
        {
            if (delivery is { IsLast: false } || waiting.HasNews)
                return true;
            _waiting.Remove(organizationId);
            return false;
        }
    }

    // Delivery for other organizations continues during the pause.
    private async Task RetryAsync(string organizationId, TimeSpan pause, CancellationToken stoppingToken)
    {
        await Task.Delay(pause, time, stoppingToken);
        _turns.Writer.TryWrite(organizationId);
    }

    private sealed class Waiting
    {
        /// <summary>Time of the oldest event known not to be handled yet.</summary>
        internal DateTimeOffset Since { get; set; }

        /// <summary>True if there may be events besides those being delivered.</summary>
        internal bool HasNews { get; set; }

        /// <summary>Length of the last pause after a failure.</summary>
        internal TimeSpan Pause { get; set; }
    }
}
