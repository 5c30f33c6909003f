using System.Collections.Concurrent;
using NodaTime;
using Tallystick.Metering.Ingest;
using Tallystick.Metering.Measurements;
using Tallystick.Server.Hosting;

namespace Tallystick.Server.Jobs;

/// <summary>
/// Verifies that the number of stored measurements matches the number that was loaded. Checks everything at the start
/// and once a day, and recently received measurements every hour, so that a long history is not read repeatedly.
/// </summary>
internal sealed class ConservationCheck(
    MeasurementConservation conservation, IIngestLedger store, IClock clock, TimeProvider time,
    ILogger<ConservationCheck> logger) : BackgroundService
{
    private const int ChecksUntilAll = 24;
    private const int LateDays = 1;

    private static readonly Duration Pause = Duration.FromHours(1);

    private readonly ConcurrentDictionary<string, IReadOnlyList<ConservationMismatch>> _found =
        new(StringComparer.Ordinal);

    /// <summary>Number of mismatches (combinations of meter and day) of all organizations at the last check.</summary>
    internal int Mismatches => _found.Values.Sum(mismatches => mismatches.Count);

    /// <summary>Mismatches at the last check of the organization.</summary>
    internal IReadOnlyList<ConservationMismatch> Of(string organizationId) =>
        _found.GetValueOrDefault(organizationId, []);

    /// <summary>Checks all organizations once.</summary>
    /// <param name="since">The first day of receipt, in UTC, to check; null for all.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    internal async Task CheckAsync(LocalDate? since, CancellationToken cancellationToken)
    {
        foreach (var organizationId in store.OrganizationIds)
        {
            var mismatches = await conservation.CheckAsync(organizationId, since, cancellationToken);
            _found[organizationId] = [.. Of(organizationId).Where(found => found.Day < since), .. mismatches];
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
        for (var check = 0; ; check = (check + 1) % ChecksUntilAll)
        {
            try
            {
                LocalDate? lately = clock.GetCurrentInstant().InUtc().Date.PlusDays(-LateDays);
                await CheckAsync(check == 0 ? null : lately, stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                Log.ConservationUnchecked(logger, exception);
            }
            await Task.Delay(Pause.ToTimeSpan(), time, stoppingToken);
        }
    }
}
