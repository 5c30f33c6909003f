using Tallystick.Foundation.Json;

namespace Tallystick.Metering.Ingest;

/// <summary>Configuration look-ups for enrichment.</summary>
public interface IMeteringCatalog
{
    /// <summary>Incremented whenever the account of a code may have changed.</summary>
    long AccountChanges(string organizationId);

    /// <summary>
    /// The codes whose account may have changed since an earlier value of <see cref="AccountChanges"/>; null if any
    /// code may have. A near match may have changed with any of them.
    /// </summary>
    IReadOnlyList<string>? ChangedAccountCodes(string organizationId, long since);

    /// <summary>
    /// The meter with exactly this code, case-sensitive, or null. Returns the same object until the meter, or something
    /// that its calculations use, changes.
    /// </summary>
    ValueTask<IngestMeter?> FindMeterAsync(string organizationId, string code, CancellationToken cancellationToken);

    /// <summary>
    /// The accounts of these codes, case-sensitive, in the same order. Not cached: reads the store each time.
    /// </summary>
    ValueTask<IReadOnlyList<AccountMatch>> FindAccountsAsync(
        string organizationId, IReadOnlyList<string> codes, CancellationToken cancellationToken);
}

/// <summary>Creates accounts that measurements refer to but that do not exist.</summary>
public interface ISkeletonAccounts
{
    /// <summary>
    /// Creates an account for each code that has none and is not nearly identical to another. Creates exactly one even
    /// for concurrent requests, and none if too many were already created. A separate change that is durable on return.
    /// </summary>
    /// <returns>The accounts of the codes, in the same order.</returns>
    ValueTask<IReadOnlyList<AccountMatch>> CreateAsync(
        string organizationId, IReadOnlyList<string> codes, CancellationToken cancellationToken);
}

/// <summary>The account of an account code.</summary>
/// <param name="AccountId">
/// UUID of the account; null if there is none or the code is nearly identical to that of another account.
/// </param>
/// <param name="NearMatchCode">The code of that other account; null otherwise.</param>
/// <param name="CustomFields">The custom fields of the account.</param>
public readonly record struct AccountMatch(
    string? AccountId, string? NearMatchCode, IReadOnlyDictionary<string, CustomFieldValue>? CustomFields = null);
