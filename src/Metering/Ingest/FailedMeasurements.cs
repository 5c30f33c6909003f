using NodaTime;
using Tallystick.Metering.Measurements;

namespace Tallystick.Metering.Ingest;

/// <summary>
/// Reads failed measurements together with their content, which remains available in the log until it is trimmed.
/// </summary>
public sealed class FailedMeasurements(IIngestLedger store, ILogPartition log)
{
    /// <summary>The organization's failed measurements, the latest first.</summary>
    /// <param name="organizationId">The organization.</param>
    /// <param name="before">Only those before this position in the log.</param>
    /// <param name="receivedSince">Only those received at or after this instant.</param>
    /// <param name="limit">Maximum number of results.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    public async Task<IReadOnlyList<FailureReport>> ReadAsync(
        string organizationId, LogPosition before, Instant receivedSince, int limit,
        CancellationToken cancellationToken)
    {
        var failures = await store.ReadFailuresAsync(
            organizationId, before, receivedSince, limit, cancellationToken);
        var logged = log.OpenLookup();
        var reports = new List<FailureReport>(failures.Count);
        foreach (var failure in failures)
        {
            if (await logged.ReadAsync(failure.Position) is { } measurement)
            {
                reports.Add(new FailureReport(
                    failure, MeasurementChecks.Message(failure, measurement), MeasurementJson.Write(measurement))
                {
                    Row = RefusedRow.Of(measurement),
                });
            }
        }
        return reports;
    }

    /// <summary>
    /// Finds failed measurements without a known account that were sent with an account code, rows of files that are
    /// not valid measurements included, in a page of failures, the latest first.
    /// </summary>
    /// <param name="organizationId">The organization.</param>
    /// <param name="accountCode">The code, exactly as sent.</param>
    /// <param name="before">Only those before this position in the log.</param>
    /// <param name="limit">Maximum number of failures to examine.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <returns>Their positions, and where the next page begins; null if there is none.</returns>
    public async Task<(IReadOnlyList<LogPosition> Found, LogPosition? Next)> FindByCodeAsync(
        string organizationId, string accountCode, LogPosition before, int limit, CancellationToken cancellationToken)
    {
        var failures = await store.ReadFailuresAsync(
            organizationId, before, Instant.MinValue, limit, cancellationToken);
        var logged = log.OpenLookup();
        List<LogPosition> found = [];
        foreach (var failure in failures.Where(failure => failure.AccountId is null))
        {
            if (await logged.ReadAsync(failure.Position) is { } measurement && IsOf(measurement, accountCode))
                found.Add(failure.Position);
        }
        return (found, failures.Count < limit ? null : failures[^1].Position);
    }

    // Of a refused row the account is unknown if the row is broken, or was logged by an earlier version.
    private static bool IsOf(Measurement measurement, string accountCode) =>
        measurement.Account.Length > 0
            ? measurement.Account == accountCode
            : RefusedRow.Of(measurement)?.Mentions(accountCode) == true;
}

/// <summary>A failed measurement with its reason and content.</summary>
/// <param name="Failure">The failure.</param>
/// <param name="Message">The reason.</param>
/// <param name="Json">The measurement in the form for submission, so that it can be corrected and sent again.</param>
public sealed record FailureReport(FailedMeasurement Failure, string Message, string Json)
{
    /// <summary>The row of a file that is not a valid measurement; null for a measurement.</summary>
    public RefusedRow? Row { get; init; }
}
