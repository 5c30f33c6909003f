using System.Collections.Concurrent;
using NodaTime;
using Tallystick.Metering.Ingest;
using Tallystick.Metering.Measurements;
using Tallystick.Server.Http;

namespace Tallystick.Server.Conservation;

/// <summary>Compares, at the start and every hour, what loads said they stored with what is there.</summary>
internal sealed class ConservationCheck(
    MeasurementConservation conservation, IMeasurementStore store, TimeProvider time, ILogger<ConservationCheck> logger)
    : BackgroundService
{
    private static readonly Duration Pause = Duration.FromHours(1);

    private readonly ConcurrentDictionary<string, IReadOnlyList<ConservationMismatch>> _found =
        new(StringComparer.Ordinal);

    /// <summary>Meters and days of all organizations that did not match at the last check.</summary>
    internal int Mismatches => _found.Values.Sum(mismatches => mismatches.Count);

    /// <summary>What did not match at the last check of the organization.</summary>
    internal IReadOnlyList<ConservationMismatch> Of(string organizationId) =>
        _found.GetValueOrDefault(organizationId, []);

    /// <summary>Checks all organizations once.</summary>
    internal async Task CheckAsync(CancellationToken cancellationToken)
    {
        foreach (var organizationId in store.OrganizationIds)
        {
            var mismatches = await conservation.CheckAsync(organizationId, cancellationToken);
            _found[organizationId] = mismatches;
            foreach (var mismatch in mismatches)
            {
                Log.ConservationBroken(
                    logger, organizationId, mismatch.MeterId, mismatch.Day, mismatch.Tallied, mismatch.Counted);
            }
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await CheckAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                Log.ConservationUnchecked(logger, exception);
            }
            await Task.Delay(Pause.ToTimeSpan(), time, stoppingToken);
        }
    }
}
