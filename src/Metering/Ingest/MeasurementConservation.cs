using NodaTime;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Measurements.Batches;

namespace Tallystick.Metering.Ingest;

/// <summary>
/// Accounts for every accepted measurement, by meter code and day of receipt (UTC): it is stored, a duplicate, failed,
/// voided, erased, or pending in the log.
/// </summary>
public sealed class MeasurementConservation(IIngestLedger store, ILogPartition log)
{
    /// <summary>A consistent report on the organization's measurements, by day and then by meter code.</summary>
    public async Task<IReadOnlyList<ConservedDay>> ReadAsync(
        string organizationId, CancellationToken cancellationToken)
    {
        var (position, loaded) = await store.ReadTalliesAsync(organizationId, cancellationToken);
        var days = loaded
            .GroupBy(day => (day.MeterCode, day.Day))
            .ToDictionary(
                group => group.Key,
                group => new ConservedDay(
                    group.Key.MeterCode, group.Key.Day,
                    group.Aggregate(default(LoadTally), (total, day) => total + day.Tally), 0));
        foreach (var (key, count) in await ReadPendingAsync(organizationId, position, cancellationToken))
        {
            var day = days.GetValueOrDefault(key) ?? new ConservedDay(key.MeterCode, key.Day, default, 0);
            days[key] = day with { Pending = count };
        }
        return [.. days.Values.OrderBy(day => day.Day).ThenBy(day => day.MeterCode, StringComparer.Ordinal)];
    }

    /// <summary>Compares the tallies with the stored and voided rows.</summary>
    /// <param name="organizationId">The organization.</param>
    /// <param name="since">The first day of receipt, in UTC, that is compared; null for all.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    public async Task<IReadOnlyList<ConservationMismatch>> CheckAsync(
        string organizationId, LocalDate? since, CancellationToken cancellationToken)
    {
        var receivedSince = since?.AtMidnight().InUtc().ToInstant() ?? Instant.MinValue;
        var (tallies, counted) = await store.CountRowsAsync(organizationId, receivedSince, cancellationToken);
        var rows = counted.ToDictionary(row => (row.MeterId, row.Day), row => row.Count + row.Voided);
        var stored = StoredOf(tallies, since);
        var codes = tallies.Where(day => day.MeterId is not null)
            .GroupBy(day => day.MeterId!)
            .ToDictionary(group => group.Key, group => group.Last().MeterCode, StringComparer.Ordinal);
        return
        [
            .. stored.Keys.Union(rows.Keys)
                .Select(key => new ConservationMismatch(
                    key.MeterId, codes.GetValueOrDefault(key.MeterId), key.Day, stored.GetValueOrDefault(key),
                    rows.GetValueOrDefault(key)))
                .Where(found => found.Tallied != found.Counted)
                .OrderBy(mismatch => mismatch.Day).ThenBy(mismatch => mismatch.MeterId, StringComparer.Ordinal),
        ];
    }

    private async Task<Dictionary<(string MeterCode, LocalDate Day), long>> ReadPendingAsync(
        string organizationId, LogPosition from, CancellationToken cancellationToken)
    {
        var pending = new Dictionary<(string, LocalDate), long>();
        var batch = new BatchReader();
        await foreach (var entry in log.ReadAsync(from, cancellationToken))
        {
            foreach (var record in entry.Records)
            {
                batch.Open(record.Bytes);
                if (BatchReader.Text(batch.OrganizationId) != organizationId)
                    continue;
                var day = Nanoseconds.ToDate(Nanoseconds.DayOf(batch.ReceivedAt));
                for (var meter = 0; meter < batch.Meters; meter++)
                {
                    var key = (BatchReader.Text(batch.Meter(meter)), day);
                    pending[key] = pending.GetValueOrDefault(key) + batch.RowsOf(meter);
                }
            }
        }
        return pending;
    }

    private static Dictionary<(string MeterId, LocalDate Day), long> StoredOf(
        IReadOnlyList<MeterDay> days, LocalDate? since) => days
        .Where(day => day.MeterId is not null && !(day.Day < since))
        .GroupBy(day => (day.MeterId!, day.Day))
        .ToDictionary(group => group.Key, group => group.Sum(day => day.Tally.Stored + day.Tally.Voided));
}

/// <summary>The outcomes of the measurements of one meter code that were received on one day.</summary>
/// <param name="MeterCode">Code of the meter, as sent.</param>
/// <param name="Day">The day of receipt, in UTC.</param>
/// <param name="Loaded">The outcomes of loaded measurements.</param>
/// <param name="Pending">The number of measurements that are not loaded yet.</param>
public sealed record ConservedDay(string MeterCode, LocalDate Day, LoadTally Loaded, long Pending)
{
    /// <summary>The number of accepted measurements.</summary>
    public long Accepted => Loaded.Accepted + Pending;
}

/// <summary>A meter and day whose number of stored and voided rows differs from the tallies.</summary>
/// <param name="MeterId">UUID of the meter.</param>
/// <param name="MeterCode">Code of the meter, as sent; null if no load contains the meter.</param>
/// <param name="Day">The day of receipt, in UTC.</param>
/// <param name="Tallied">The expected number of rows: the sum of the tallies.</param>
/// <param name="Counted">The actual number of rows.</param>
public sealed record ConservationMismatch(
    string MeterId, string? MeterCode, LocalDate Day, long Tallied, long Counted);
