using System.Collections.Concurrent;
using System.Security.Cryptography;
using Tallystick.Billing.Accounts;
using Tallystick.Foundation.Resources;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Ingest;
using Tallystick.Metering.Meters;
using Tallystick.Server.Resources;

namespace Tallystick.Server.Ingest;

/// <summary>
/// The meters and accounts that measurements name. What was found once is remembered until configuration of its kind
/// changes, so that the store is not asked for each measurement.
/// </summary>
internal sealed class MeteringCatalogue(ResourceService resources, ChangeFeed changes) : IMeteringCatalogue
{
    private const string Principal = "SYSTEM";
    private const string AccountKind = "Account";
    private readonly ConcurrentDictionary<string, Remembered<Meter?>> _meters = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Remembered<AccountMatch>> _accounts = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public long AccountGeneration(string organizationId) => changes.Generation(organizationId, AccountKind);

    /// <inheritdoc/>
    public async ValueTask<Meter?> FindMeterAsync(
        string organizationId, string code, CancellationToken cancellationToken)
    {
        var remembered = Of(_meters, organizationId, "Meter");
        if (remembered.ByCode.TryGetValue(code, out var known))
            return known;
        var found =
            await resources.Reader(organizationId, cancellationToken).ListAsync<Meter>(Condition.Equal("code", code));
        return remembered.Keep(code, found.Count == 0 ? null : found[0]);
    }

    /// <inheritdoc/>
    public async ValueTask<AccountMatch> MatchAccountAsync(
        string organizationId, string code, CancellationToken cancellationToken)
    {
        var remembered = Of(_accounts, organizationId, AccountKind);
        if (remembered.ByCode.TryGetValue(code, out var known))
            return known;
        if (await FindAccountAsync(organizationId, code, cancellationToken) is { } match)
            return remembered.Keep(code, match);
        try
        {
            var created = await resources.CreateAsync(
                AccountResource.Definition, organizationId, Principal, Skeleton(code), cancellationToken);
            return new AccountMatch(created.Id, null);
        }
        catch (RefusedException)
        {
            // Somebody else made it in the meantime.
            return await FindAccountAsync(organizationId, code, cancellationToken)
                ?? throw new InvalidOperationException($"The account '{code}' can neither be found nor created.");
        }
    }

    private async ValueTask<AccountMatch?> FindAccountAsync(
        string organizationId, string code, CancellationToken cancellationToken)
    {
        var alike = await resources.Reader(organizationId, cancellationToken)
            .ListAsync<Account>(Condition.Equal("folded_code", AccountResource.FoldCode(code)));
        if (alike.FirstOrDefault(account => account.Code == code) is { } exact)
            return new AccountMatch(exact.Id, null);
        return alike.Count == 0 ? null : new AccountMatch(null, alike[0].Code);
    }

    /// <summary>
    /// An account for a code that nobody configured (Submitting Usage Data for Non-Existent Accounts).
    /// </summary>
    private static Account Skeleton(string code) => new()
    {
        Code = code,
        Name = $"{code}-autocreated",
        EmailAddress = $"{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}-autocreated@example.com",
    };

    private Remembered<T> Of<T>(ConcurrentDictionary<string, Remembered<T>> all, string organizationId, string kind)
    {
        // The generation is read first: what is found afterwards is at least as new.
        var generation = changes.Generation(organizationId, kind);
        return all.AddOrUpdate(
            organizationId,
            _ => new Remembered<T>(generation),
            (_, remembered) => remembered.Generation == generation ? remembered : new Remembered<T>(generation));
    }

    private sealed class Remembered<T>(long generation)
    {
        private const int Most = 1_000_000;

        internal long Generation => generation;

        internal ConcurrentDictionary<string, T> ByCode { get; } = new(StringComparer.Ordinal);

        internal T Keep(string code, T found)
        {
            if (ByCode.Count < Most)
                ByCode[code] = found;
            return found;
        }
    }
}
