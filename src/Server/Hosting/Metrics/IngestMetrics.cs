using System.Diagnostics.Metrics;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using Tallystick.Metering.Ingest;
using Tallystick.Metering.Measurements;
using Tallystick.Server.Jobs;

namespace Tallystick.Server.Hosting.Metrics;

/// <summary>
/// Metrics of ingest and connections for the whole installation. There are no labels per organization, because their
/// number is unbounded. Counters start at 0 when the process starts.
/// </summary>
internal sealed class IngestMetrics : IDisposable
{
    /// <summary>Name of the meter.</summary>
    internal const string Name = "Tallystick";

    private const string Measurements = "{measurement}";
    private const string Connections = "{connection}";
    private readonly Meter _meter = new(Name);

    public IngestMetrics(
        MeasurementLoader loader, ILogPartition log, IUidIndex uids, ConservationCheck check,
        ConnectionLimit connections)
    {
        Count("accepted", tally => tally.Accepted, "Accepted measurements that have been processed.");
        Count("stored", tally => tally.Stored, "Measurements that have been stored.");
        Count("duplicate", tally => tally.Duplicate, "Measurements dropped because their uid was already used.");
        Count("failed", tally => tally.Failed, "Measurements that failed for another reason.");
        _meter.CreateObservableGauge(
            "tallystick.log.pending", () => log.BytesBetween(loader.Position, log.End), "By",
            "Bytes accepted but not yet loaded: the lag of the loader behind the end of the log.");
        _meter.CreateObservableGauge(
            "tallystick.log.size", () => log.BytesBetween(log.Start, log.End), "By", "Size of the log.");
        _meter.CreateObservableGauge(
            "tallystick.loader.position", () => loader.Position.Value, "By", "Position up to which the log is loaded.");
        _meter.CreateObservableGauge(
            "tallystick.uids.count", () => uids.Count, "{uid}", "Uids that are recognized as duplicates.");
        _meter.CreateObservableGauge(
            "tallystick.uids.memory", () => uids.MemoryBytes, "By", "Memory used by the uid index.");
        _meter.CreateObservableGauge(
            "tallystick.conservation.mismatches", () => check.Mismatches, "{mismatch}",
            "Meters and days whose stored measurements differ in number from those loaded; alert on any value but 0.");
        _meter.CreateObservableGauge(
            "tallystick.connections.open", () => connections.Open, Connections, "Open connections.");
        _meter.CreateObservableCounter(
            "tallystick.connections.refused",
            () => new[] { Of("source", connections.RefusedBySource), Of("total", connections.RefusedByTotal) },
            Connections, "Connections closed because their source, or all sources together, had too many.");

        static Measurement<long> Of(string limit, long count) =>
            new(count, new KeyValuePair<string, object?>("limit", limit));

        void Count(string name, Func<LoadTally, long> number, string description) => _meter.CreateObservableCounter(
            $"tallystick.measurements.{name}", () => number(loader.Total), Measurements, description);
    }

    /// <summary>Registers the metrics.</summary>
    internal static void AddTo(IServiceCollection services)
    {
        services.AddSingleton<IngestMetrics>();
        services.AddSingleton<WorkMetrics>();
        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(Name.ToLowerInvariant()))
            .WithMetrics(metrics => metrics
                .AddMeter(Name)
                // Request durations by route, including ingest.
                .AddMeter("Microsoft.AspNetCore.Hosting")
                .AddView("http.server.request.duration", Durations)
                .AddPrometheusExporter());
    }

    // Few buckets and tags, because there are hundreds of operations. Other tags of the framework, such as the scheme,
    // would multiply the time series.
    private static ExplicitBucketHistogramConfiguration Durations => new()
    {
        Boundaries = [0.005, 0.025, 0.1, 0.5, 2.5],
        TagKeys = ["http.request.method", "http.route", "http.response.status_code"],
    };

    /// <summary>Maps <c>/metrics</c>; <see cref="MetricsAccess"/> says who may read it.</summary>
    internal static void Map(WebApplication app)
    {
        app.Services.GetRequiredService<IngestMetrics>();
        app.Services.GetRequiredService<WorkMetrics>();
        app.MapPrometheusScrapingEndpoint(MetricsAccess.Path);
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();
}
