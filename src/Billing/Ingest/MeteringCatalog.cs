using System.Collections.Concurrent;
using System.Security.Cryptography;
using NodaTime;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.Organizations;
using Tallystick.Metering.Ingest;
using Tallystick.Metering.LookupTables;
using Tallystick.Metering.Meters;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.Ingest;

/// <summary>
/// Finds the meters and accounts that measurements refer to. Meters are cached until they change; the loader caches
/// accounts itself.
/// </summary>
public sealed class MeteringCatalog(
    ResourceService resources, IngestCodes changed, PublishedLookups lookups, AutomaticAccounts? automatic = null)
    : IMeteringCatalog, ISkeletonAccounts
{
    private readonly ConcurrentDictionary<string, KnownMeters> _meters = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public long AccountChanges(string organizationId)
    {
        var codes = changed.Accounts(organizationId);
        // Refused accounts can be created now. Report a change, so that the loader tries again.
        if (automatic?.HasRoomAgain(organizationId) is true)
            codes.Add(null);
        return codes.Number;
    }

    /// <inheritdoc/>
    public IReadOnlyList<string>? ChangedAccountCodes(string organizationId, long since) =>
        changed.Accounts(organizationId).Since(since);

    /// <inheritdoc/>
    public async ValueTask<IngestMeter?> FindMeterAsync(
        string organizationId, string code, CancellationToken cancellationToken)
    {
        var known = _meters.GetOrAdd(organizationId, id => new KnownMeters(changed.Meters(id)));
        if (known.TryFind(code, out var meter, out var before))
            return meter;
        var related = resources.Reader(organizationId, cancellationToken);
        var found = await related.ListAsync<Meter>(Condition.Equal("code", code));
        return known.Keep(code, found.Count == 0 ? null : await WithCalculationsAsync(found[0], related), before);
    }

    private async ValueTask<IngestMeter> WithCalculationsAsync(Meter meter, ResourceReader related)
    {
        if (meter.DerivedFields.Count == 0)
            return new IngestMeter(meter);
        var organization = await related.FindAsync<OrganizationConfig>(related.OrganizationId);
        var zone = organization is null ? DateTimeZone.Utc : OrganizationZone.Of(organization);
        return new IngestMeter(meter, await DerivedFields.LoadAsync(meter, zone, related, lookups));
    }

    /// <inheritdoc/>
    /// <remarks>One query outside of a change, so that no other change waits for it.</remarks>
    public async ValueTask<IReadOnlyList<AccountMatch>> FindAccountsAsync(
        string organizationId, IReadOnlyList<string> codes, CancellationToken cancellationToken)
    {
        var matches = await FindAccountsAsync(resources.Reader(organizationId, cancellationToken), codes);
        return [.. codes.Select(code => matches.GetValueOrDefault(code))];
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Creates all in one change, because a first batch can contain a thousand new codes. Codes beyond the limit are
    /// not created.
    /// </remarks>
    public async ValueTask<IReadOnlyList<AccountMatch>> CreateAsync(
        string organizationId, IReadOnlyList<string> codes, CancellationToken cancellationToken)
    {
        var matches = await CreateAccountsAsync(organizationId, codes, cancellationToken);
        return [.. codes.Select(code => matches.GetValueOrDefault(code))];
    }

    // Finds accounts with exactly these codes or nearly equal ones.
    private static async ValueTask<Dictionary<string, AccountMatch>> FindAccountsAsync(
        IResourceReader related, IReadOnlyList<string> codes)
    {
        var folded = codes.Select(AccountResource.FoldCode).Distinct().ToList();
        var alike = (await related.ListAsync<Account>(new Condition.In("folded_code", folded)))
            .ToLookup(account => AccountResource.FoldCode(account.Code));
        var matches = new Dictionary<string, AccountMatch>(StringComparer.Ordinal);
        foreach (var code in codes)
        {
            var candidates = alike[AccountResource.FoldCode(code)].ToList();
            if (candidates.Find(account => account.Code == code) is { } exact)
                matches[code] = new AccountMatch(
                    exact.Id, null, exact.CustomFields is { Count: > 0 } fields ? fields : null);
            else if (candidates.Count > 0)
                matches[code] = new AccountMatch(null, candidates[0].Code);
        }
        return matches;
    }

    private async Task<Dictionary<string, AccountMatch>> CreateAccountsAsync(
        string organizationId, IReadOnlyList<string> codes, CancellationToken cancellationToken)
    {
        var room = automatic?.Room(organizationId) ?? int.MaxValue;
        var created = 0;
        // Skip the change if the limit is reached, because it would make all others wait.
        var matches = room <= 0 ? [] : await resources.ChangeAsync(
            organizationId, ResourceService.SystemPrincipal, cancellationToken,
            async change =>
            {
                // Another change may have created them since the lookup.
                var found = await FindAccountsAsync(change.Related, codes);
                var made = new Dictionary<string, string>(StringComparer.Ordinal);
                foreach (var code in codes.Where(code => !found.ContainsKey(code)))
                {
                    if (made.TryGetValue(AccountResource.FoldCode(code), out var near))
                        found[code] = new AccountMatch(null, near);
                    else if (made.Count < room)
                    {
                        found[code] = new AccountMatch(
                            (await change.CreateAsync(AccountResource.Definition, Skeleton(code))).Id, null);
                        made.Add(AccountResource.FoldCode(code), code);
                    }
                }
                created = made.Count;
                return found;
            });
        automatic?.Add(organizationId, created, hasRefused: matches.Count < codes.Count);
        return matches;
    }

    /// <summary>
    /// An account for a code that does not exist yet. Rule: "Submitting Usage Data for Non-Existent Accounts".
    /// </summary>
    private static Account Skeleton(string code) => new()
    {
        Code = code,
        Name = $"{code}-autocreated",
        EmailAddress = $"{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}-autocreated@example.com",
    };
}
