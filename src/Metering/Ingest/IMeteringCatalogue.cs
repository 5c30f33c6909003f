using Tallystick.Metering.Meters;

namespace Tallystick.Metering.Ingest;

/// <summary>What enrichment must know of an organization's configuration.</summary>
public interface IMeteringCatalogue
{
    /// <summary>Grows whenever what an account code stands for may have changed.</summary>
    long AccountChanges(string organizationId);

    /// <summary>
    /// The codes that may no longer stand for the account they stood for at an earlier <see cref="AccountChanges"/>;
    /// null when none may. What nearly equals a code may have changed with any of them.
    /// </summary>
    IReadOnlyList<string>? ChangedAccountCodes(string organizationId, long since);

    /// <summary>
    /// The meter with exactly this code, case-sensitive, or null. The same object as long as the meter is not changed.
    /// </summary>
    ValueTask<Meter?> FindMeterAsync(string organizationId, string code, CancellationToken cancellationToken);

    /// <summary>
    /// What stands for these codes, case-sensitive, in their order. Nothing is remembered: it asks the store each time.
    /// </summary>
    ValueTask<IReadOnlyList<AccountMatch>> FindAccountsAsync(
        string organizationId, IReadOnlyList<string> codes, CancellationToken cancellationToken);
}

/// <summary>Creates the accounts that measurements name and nobody has configured.</summary>
public interface ISkeletonAccounts
{
    /// <summary>
    /// Creates an account for each code for which there is none and no nearly equal code either: one, however often and
    /// from however many sides it is asked for; none where too many were created already. It is a change of its own,
    /// durable when it returns.
    /// </summary>
    /// <returns>What stands for the codes now, in their order.</returns>
    ValueTask<IReadOnlyList<AccountMatch>> CreateAsync(
        string organizationId, IReadOnlyList<string> codes, CancellationToken cancellationToken);
}

/// <summary>The account that an account code stands for.</summary>
/// <param name="AccountId">
/// UUID of the account; null when the code nearly equals that of another account, or there is none.
/// </param>
/// <param name="NearMatchCode">The code of that other account; null otherwise.</param>
public readonly record struct AccountMatch(string? AccountId, string? NearMatchCode);
