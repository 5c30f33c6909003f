namespace Tallystick.Metering.Measurements;

/// <summary>
/// Removes loaded measurements on request: voids them by uid, or erases those of an account or a whole organization.
/// Each call is atomic and can be repeated after a fault: the id of the request identifies what was already done.
/// </summary>
/// <remarks>
/// The uids of removed measurements stay used, and the tallies count the measurements as voided or erased.
/// </remarks>
public interface IUsageRemoval
{
    /// <summary>Whether any load contained the account.</summary>
    bool HasAccount(string organizationId, string accountId);

    /// <summary>
    /// Removes all measurements with certain uids from usage. The store keeps them apart, as a record of what was
    /// voided.
    /// </summary>
    /// <returns>The same outcome for every call with the same id.</returns>
    Task<VoidOutcome> VoidAsync(UsageVoid request, CancellationToken cancellationToken);

    /// <summary>
    /// Deletes measurements of an account or of all accounts, voided ones and failures included: a limited number per
    /// call, so that loads and queries continue in between. Repeat the call until it reports that nothing is left.
    /// </summary>
    Task<ErasureProgress> EraseAsync(UsageErasure request, CancellationToken cancellationToken);

    /// <summary>
    /// The requests that the store has not completed. A store restored from a backup may have lost some that their
    /// documents call done, because its file is copied before the documents are.
    /// </summary>
    /// <param name="ids">UUIDs of requests.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <returns>Those of the ids that are not completed.</returns>
    Task<IReadOnlyCollection<string>> FindUnfinishedAsync(
        IReadOnlyCollection<string> ids, CancellationToken cancellationToken);

    /// <summary>Deletes failed measurements. The tallies still count them as failed.</summary>
    /// <param name="organizationId">The organization.</param>
    /// <param name="positions">Their positions in the log.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    Task DeleteFailuresAsync(
        string organizationId, IReadOnlyList<LogPosition> positions, CancellationToken cancellationToken);
}

/// <summary>A request to void measurements.</summary>
/// <param name="OrganizationId">The organization.</param>
/// <param name="Id">UUID of the request.</param>
/// <param name="Uids">The uids.</param>
/// <param name="Before">Only measurements before this position in the log; all of them must be loaded.</param>
public sealed record UsageVoid(string OrganizationId, string Id, IReadOnlyList<string> Uids, LogPosition Before);

/// <summary>The outcome of a request to void measurements.</summary>
/// <param name="Voided">
/// The number of measurements voided. A uid can have several measurements, received at least 35 days apart.
/// </param>
/// <param name="NotFound">The uids without a measurement in usage, in the order of the request.</param>
public sealed record VoidOutcome(long Voided, IReadOnlyList<string> NotFound);

/// <summary>A request to erase usage.</summary>
/// <param name="OrganizationId">The organization.</param>
/// <param name="Id">UUID of the request.</param>
/// <param name="AccountId">
/// UUID of the account; null for everything of the organization, including failures without an account.
/// </param>
/// <param name="Before">Only measurements before this position in the log; all of them must be loaded.</param>
/// <param name="LogStart">The oldest position in the log: uids of measurements from there on must stay used.</param>
public sealed record UsageErasure(
    string OrganizationId, string Id, string? AccountId, LogPosition Before, LogPosition LogStart);

/// <summary>The progress of an erasure.</summary>
/// <param name="Erased">The number of measurements erased so far, voided ones included.</param>
/// <param name="IsDone">Whether nothing is left.</param>
public readonly record struct ErasureProgress(long Erased, bool IsDone);
