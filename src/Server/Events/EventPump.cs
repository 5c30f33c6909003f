using System.Collections.Concurrent;
using System.Threading.Channels;
using Tallystick.Resources.Events;
using Tallystick.Server.Http;
using Tallystick.Server.Jobs;

namespace Tallystick.Server.Events;

/// <summary>Hands the events of all organizations to one subscriber, as they are written.</summary>
internal sealed class EventPump(
    IEventSubscriber subscriber, Subscriptions subscriptions, TimeProvider time, ILogger logger)
{
    // Organizations with events to hand over, since when.
    private readonly ConcurrentDictionary<string, DateTimeOffset> _waiting = new(StringComparer.Ordinal);
    private readonly Channel<string> _turns = Channel.CreateUnbounded<string>();

    /// <summary>The subscriber.</summary>
    internal IEventSubscriber Subscriber => subscriber;

    /// <summary>How long the event that has waited longest has waited.</summary>
    internal TimeSpan Lag
    {
        get
        {
            var now = time.GetUtcNow();
            return _waiting.Values.Select(since => now - since).DefaultIfEmpty(TimeSpan.Zero).Max();
        }
    }

    /// <summary>An organization may have events to hand over.</summary>
    internal void Notify(string organizationId)
    {
        if (_waiting.TryAdd(organizationId, time.GetUtcNow()))
            _turns.Writer.TryWrite(organizationId);
    }

    /// <summary>Hands events over until it is stopped.</summary>
    internal async Task RunAsync(CancellationToken stoppingToken)
    {
        var pauses = new Dictionary<string, TimeSpan>(StringComparer.Ordinal);
        await foreach (var organizationId in _turns.Reader.ReadAllAsync(stoppingToken))
        {
            // From here on another event asks for another turn.
            _waiting.TryRemove(organizationId, out var since);
            try
            {
                if (await subscriptions.DeliverAsync(subscriber, organizationId, stoppingToken))
                    Notify(organizationId);
                pauses.Remove(organizationId);
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                var pause = Outages.NextPause(pauses.GetValueOrDefault(organizationId), Outages.MaxPause);
                pauses[organizationId] = pause;
                Log.EventsNotHandled(logger, fault, subscriber.Name, organizationId, pause.TotalSeconds);
                if (_waiting.TryAdd(organizationId, since))
                    _ = RetryAsync(organizationId, pause, stoppingToken);
            }
        }
    }

    // The other organizations go on meanwhile.
    private async Task RetryAsync(string organizationId, TimeSpan pause, CancellationToken stoppingToken)
    {
        await Task.Delay(pause, time, stoppingToken);
        _turns.Writer.TryWrite(organizationId);
    }
}
