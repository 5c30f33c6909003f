using NodaTime;

namespace Tallystick.Metering.Measurements;

/// <summary>
/// The accounts that a measurement store keeps of its loads: how many measurements were stored, dropped or failed, and
/// which failed.
/// </summary>
public interface IIngestLedger
{
    /// <summary>The organizations that have ever had something in a load.</summary>
    IReadOnlyCollection<string> OrganizationIds { get; }

    /// <summary>What became of the organization's loaded measurements, by meter code and day.</summary>
    Task<LoadedDays> ReadTalliesAsync(string organizationId, CancellationToken cancellationToken);

    /// <summary>Counts the organization's rows and reads how many there should be, both at one moment.</summary>
    /// <param name="organizationId">The organization.</param>
    /// <param name="receivedSince">Only rows received at or after this instant are counted.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    Task<CountedDays> CountRowsAsync(
        string organizationId, Instant receivedSince, CancellationToken cancellationToken);

    /// <summary>The organization's failed measurements, the latest first.</summary>
    /// <param name="organizationId">The organization.</param>
    /// <param name="before">Only those that stand before this position in the log.</param>
    /// <param name="receivedSince">Only those received at or after this instant.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    Task<IReadOnlyList<FailedMeasurement>> ReadFailuresAsync(
        string organizationId, LogPosition before, Instant receivedSince, int limit,
        CancellationToken cancellationToken);
}

/// <summary>How many measurements of a meter that were received on a day are in the store.</summary>
/// <param name="MeterId">UUID of the meter.</param>
/// <param name="Day">The day of receipt, in UTC.</param>
/// <param name="Count">The number.</param>
public sealed record StoredRows(string MeterId, LocalDate Day, long Count);

/// <summary>What became of an organization's loaded measurements.</summary>
/// <param name="Position">Everything before this position of the log is in them, and nothing else.</param>
/// <param name="Days">The tallies, by meter code and day.</param>
public sealed record LoadedDays(LogPosition Position, IReadOnlyList<MeterDay> Days);

/// <summary>What should be there and what is, at one moment.</summary>
/// <param name="Tallies">The tallies of all days.</param>
/// <param name="Rows">The rows that are there, by meter and day of receipt.</param>
public sealed record CountedDays(IReadOnlyList<MeterDay> Tallies, IReadOnlyList<StoredRows> Rows);
