using NodaTime;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Meters;

namespace Tallystick.Metering.Ingest;

/// <summary>
/// Enriches a stretch of the log. Every look-up is made once per load, so one load sees one configuration.
/// </summary>
internal sealed class LoadBuilder(IMeteringCatalogue catalogue, UidWindow uids, LogPosition start)
{
    private readonly LogPosition _from = start;
    private readonly List<EnrichedMeasurement> _measurements = [];
    private readonly List<FailedMeasurement> _failures = [];
    private readonly Dictionary<string, long> _accepted = new(StringComparer.Ordinal);
    private readonly Dictionary<(string, string), Meter?> _meters = [];
    private readonly Dictionary<(string, string), AccountMatch> _accounts = [];
    private LogPosition _to = start;

    public int Count { get; private set; }

    /// <summary>The latest receipt in the load.</summary>
    public Instant LastReceivedAt { get; private set; }

    public async ValueTask AddAsync(LogEntry entry, CancellationToken cancellationToken)
    {
        foreach (var record in entry.Records)
        {
            var batch = BatchEncoding.Decode(record.Bytes);
            foreach (var measurement in batch.Measurements)
                await AddAsync(batch, measurement, cancellationToken);
            Count += batch.Measurements.Count;
            LastReceivedAt = Instant.Max(LastReceivedAt, batch.ReceivedAt);
            _accepted[batch.OrganizationId] =
                _accepted.GetValueOrDefault(batch.OrganizationId) + batch.Measurements.Count;
        }
        _to = entry.Next;
    }

    public MeasurementLoad Build() => new()
    {
        From = _from,
        To = _to,
        Measurements = _measurements,
        Failures = _failures,
        Accepted = _accepted,
    };

    private async ValueTask AddAsync(
        MeasurementBatch batch, Measurement measurement, CancellationToken cancellationToken)
    {
        var meter = await FindMeterAsync(batch.OrganizationId, measurement.Meter, cancellationToken);
        var failure = MeasurementChecks.OfFields(measurement, meter);
        AccountMatch account = default;
        if (failure is null)
        {
            // Asked for only now: a measurement that cannot be stored must not create an account.
            account = await MatchAccountAsync(batch.OrganizationId, measurement.Account, cancellationToken);
            failure = MeasurementChecks.OfAccount(measurement, account);
        }
        if (failure is null && !uids.TryTake(batch.OrganizationId, measurement.Uid, batch.ReceivedAt))
            failure = MeasurementChecks.DuplicateUid(measurement);
        if (failure is { } reason)
        {
            _failures.Add(new FailedMeasurement(
                batch.OrganizationId, reason.Type, reason.Message, batch.ReceivedAt,
                MeasurementJson.Write(measurement)));
            return;
        }
        _measurements.Add(new EnrichedMeasurement
        {
            OrganizationId = batch.OrganizationId,
            MeterId = meter!.Id,
            AccountId = account.AccountId!,
            ReceivedAt = batch.ReceivedAt,
            Measurement = measurement,
            Fields = MeasurementChecks.SelectFields(measurement, meter),
        });
    }

    private async ValueTask<Meter?> FindMeterAsync(
        string organizationId, string code, CancellationToken cancellationToken)
    {
        if (!_meters.TryGetValue((organizationId, code), out var meter))
        {
            meter = await catalogue.FindMeterAsync(organizationId, code, cancellationToken);
            _meters[(organizationId, code)] = meter;
        }
        return meter;
    }

    private async ValueTask<AccountMatch> MatchAccountAsync(
        string organizationId, string code, CancellationToken cancellationToken)
    {
        if (!_accounts.TryGetValue((organizationId, code), out var match))
        {
            match = await catalogue.MatchAccountAsync(organizationId, code, cancellationToken);
            _accounts[(organizationId, code)] = match;
        }
        return match;
    }
}
