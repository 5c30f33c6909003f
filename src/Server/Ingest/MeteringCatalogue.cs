using System.Collections.Concurrent;
using System.Security.Cryptography;
using Tallystick.Billing.Accounts;
using Tallystick.Foundation.Resources;
using Tallystick.Metering.Ingest;
using Tallystick.Metering.Meters;
using Tallystick.Server.Resources;

namespace Tallystick.Server.Ingest;

/// <summary>
/// The meters and accounts that measurements name. What was found once is remembered until configuration of its kind
/// changes, so that the store is not asked for each measurement.
/// </summary>
internal sealed class MeteringCatalogue(
    ResourceService resources, ChangeFeed changes, AutomaticAccounts? automatic = null) : IMeteringCatalogue
{
    private const string Principal = "SYSTEM";
    private const string AccountKind = "Account";
    private readonly ConcurrentDictionary<string, Remembered<Meter?>> _meters = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Remembered<AccountMatch>> _accounts = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public long AccountGeneration(string organizationId) => changes.Generation(organizationId, AccountKind)
        + (automatic?.Generation(organizationId) ?? 0);

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
    /// <remarks>Those that are missing are made in one change: a first batch may name a thousand.</remarks>
    public async ValueTask<IReadOnlyList<AccountMatch>> MatchAccountsAsync(
        string organizationId, IReadOnlyList<string> codes, CancellationToken cancellationToken)
    {
        var remembered = Of(_accounts, organizationId, AccountKind);
        var missing = codes.Where(code => !remembered.ByCode.ContainsKey(code)).Distinct().ToList();
        if (missing.Count == 0)
            return [.. codes.Select(code => remembered.ByCode[code])];
        var room = automatic?.Room(organizationId) ?? int.MaxValue;
        var created = 0;
        var matches = new Dictionary<string, AccountMatch>(StringComparer.Ordinal);
        if (room <= 0)
        {
            // Without a turn to write, for which all others would wait.
            var related = resources.Reader(organizationId, cancellationToken);
            foreach (var code in missing)
                matches[code] = await FindAccountAsync(related, code) ?? default;
        }
        else
            await resources.ChangeAsync(
                organizationId, Principal, cancellationToken, async change =>
                {
                    // A change may be run again.
                    (created, matches) = (0, new Dictionary<string, AccountMatch>(StringComparer.Ordinal));
                    foreach (var code in missing)
                    {
                        var match = await FindAccountAsync(change.Related, code);
                        if (match is null && created++ < room)
                            match = new AccountMatch(await CreateAccountAsync(change, code), null);
                        matches[code] = match ?? default;
                    }
                    return true;
                });
        automatic?.Add(organizationId, Math.Min(created, Math.Max(room, 0)), matches.Values.Any(match => match == default));
        // Only now: what a change sees may be undone with it.
        foreach (var (code, match) in matches.Where(match => match.Value != default))
            remembered.Keep(code, match);
        return
        [
            .. codes.Select(code => matches.TryGetValue(code, out var match) ? match : remembered.ByCode[code]),
        ];
    }

    private static async ValueTask<AccountMatch?> FindAccountAsync(IResourceReader related, string code)
    {
        var alike =
            await related.ListAsync<Account>(Condition.Equal("folded_code", AccountResource.FoldCode(code)));
        if (alike.FirstOrDefault(account => account.Code == code) is { } exact)
            return new AccountMatch(exact.Id, null);
        return alike.Count == 0 ? null : new AccountMatch(null, alike[0].Code);
    }

    private static async ValueTask<string> CreateAccountAsync(ResourceChange change, string code) =>
        (await change.CreateAsync(AccountResource.Definition, Skeleton(code))).Id;

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
