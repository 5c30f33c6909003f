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
/// The meters and accounts that measurements name. A meter found once is remembered until it changes; the loader
/// remembers accounts itself.
/// </summary>
public sealed class MeteringCatalog(
    ResourceService resources, IngestCodes changed, PublishedLookups lookups, AutomaticAccounts? automatic = null)
    : IMeteringCatalog, ISkeletonAccounts
{
    private const string Principal = "SYSTEM";
    private readonly ConcurrentDictionary<string, KnownMeters> _meters = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public long AccountChanges(string organizationId)
    {
        var codes = changed.Accounts(organizationId);
        // What was not created can be now: as if somebody had brought a new code.
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
    /// <remarks>They are read by one query, outside of a change: nobody waits for it.</remarks>
    public async ValueTask<IReadOnlyList<AccountMatch>> FindAccountsAsync(
        string organizationId, IReadOnlyList<string> codes, CancellationToken cancellationToken)
    {
        var matches = await FindAccountsAsync(resources.Reader(organizationId, cancellationToken), codes);
        return [.. codes.Select(code => matches.GetValueOrDefault(code))];
    }

    /// <inheritdoc/>
    /// <remarks>
    /// All of them in one change: a first batch may name a thousand. Those for which there is no room are left out.
    /// </remarks>
    public async ValueTask<IReadOnlyList<AccountMatch>> CreateAsync(
        string organizationId, IReadOnlyList<string> codes, CancellationToken cancellationToken)
    {
        var matches = await CreateAccountsAsync(organizationId, codes, cancellationToken);
        return [.. codes.Select(code => matches.GetValueOrDefault(code))];
    }

    // Those with such codes, and those with nearly equal ones.
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
        // Without room there is no change, for whose turn all others would wait.
        var matches = room <= 0 ? [] : await resources.ChangeAsync(
            organizationId, Principal, cancellationToken,
            async change =>
            {
                // Somebody may have made them since they were looked up.
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
    /// An account for a code that nobody configured (Submitting Usage Data for Non-Existent Accounts).
    /// </summary>
    private static Account Skeleton(string code) => new()
    {
        Code = code,
        Name = $"{code}-autocreated",
        EmailAddress = $"{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}-autocreated@example.com",
    };
}
