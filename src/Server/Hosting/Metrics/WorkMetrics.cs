using System.Diagnostics.Metrics;
using Tallystick.Server.Jobs;

namespace Tallystick.Server.Hosting.Metrics;

/// <summary>Metrics of background work for the whole installation.</summary>
internal sealed class WorkMetrics : IDisposable
{
    private readonly Meter _meter = new(IngestMetrics.Name);

    public WorkMetrics(JobBoard board, EventPumps pumps)
    {
        _meter.CreateObservableGauge(
            "tallystick.jobs.ready",
            () => board.Count().Select(count => Tagged(count.Ready, "handler", count.Handler)),
            "{job}", "Queued jobs that are running or ready to run, by handler.");
        _meter.CreateObservableGauge(
            "tallystick.jobs.scheduled",
            () => board.Count().Select(count => Tagged(count.Later, "handler", count.Handler)),
            "{job}", "Queued jobs that are scheduled for later, by handler.");
        _meter.CreateObservableGauge(
            "tallystick.events.lag",
            () => pumps.Lags.Select(one => Tagged(one.Lag.TotalSeconds, "subscriber", one.Subscriber)),
            "s", "Age of the oldest event that a subscriber has not handled, by subscriber.");
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private static Measurement<T> Tagged<T>(T value, string tag, string name) where T : struct =>
        new(value, new KeyValuePair<string, object?>(tag, name));
}
