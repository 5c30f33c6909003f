using NodaTime;

namespace Tallystick.Metering.Measurements;

/// <summary>
/// What a measurement store records about its loads: how many measurements were stored, dropped or failed, and which
/// ones failed.
/// </summary>
public interface IIngestLedger
{
    /// <summary>The organizations with at least one measurement in any load.</summary>
    IReadOnlyCollection<string> OrganizationIds { get; }

    /// <summary>The outcomes of the organization's loaded measurements, by meter code and day.</summary>
    Task<LoadedDays> ReadTalliesAsync(string organizationId, CancellationToken cancellationToken);

    /// <summary>Counts the organization's rows and reads the tallies, both from the same snapshot.</summary>
    /// <param name="organizationId">The organization.</param>
    /// <param name="receivedSince">Only rows received at or after this instant are counted.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    Task<CountedDays> CountRowsAsync(
        string organizationId, Instant receivedSince, CancellationToken cancellationToken);

    /// <summary>The organization's failed measurements, the latest first.</summary>
    /// <param name="organizationId">The organization.</param>
    /// <param name="before">Only those before this position in the log.</param>
    /// <param name="receivedSince">Only those received at or after this instant.</param>
    /// <param name="limit">Maximum number of results.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    Task<IReadOnlyList<FailedMeasurement>> ReadFailuresAsync(
        string organizationId, LogPosition before, Instant receivedSince, int limit,
        CancellationToken cancellationToken);
}

/// <summary>The numbers of measurements of a meter that were received on one day.</summary>
/// <param name="MeterId">UUID of the meter.</param>
/// <param name="Day">The day of receipt, in UTC.</param>
/// <param name="Count">The number of stored measurements.</param>
/// <param name="Voided">The number of voided measurements.</param>
public sealed record StoredRows(string MeterId, LocalDate Day, long Count, long Voided = 0);

/// <summary>The outcomes of an organization's loaded measurements.</summary>
/// <param name="Position">The tallies cover exactly what is before this position in the log.</param>
/// <param name="Days">The tallies, by meter code and day.</param>
public sealed record LoadedDays(LogPosition Position, IReadOnlyList<MeterDay> Days);

/// <summary>The expected and the actual numbers of rows in one snapshot.</summary>
/// <param name="Tallies">The tallies of all days.</param>
/// <param name="Rows">The rows in the store, by meter and day of receipt.</param>
public sealed record CountedDays(IReadOnlyList<MeterDay> Tallies, IReadOnlyList<StoredRows> Rows);
