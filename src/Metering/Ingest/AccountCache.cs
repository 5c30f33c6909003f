using System.Runtime.InteropServices;
using System.Text;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Measurements.Batches;

namespace Tallystick.Metering.Ingest;

/// <summary>
/// Accounts by the bytes of their codes, so that no string is allocated for a measurement with a known account.
/// </summary>
internal sealed class AccountCache(IMeteringCatalog catalog, ISkeletonAccounts skeletons)
{
    private const int Max = 1_000_000;
    private readonly Dictionary<string, OrganizationAccounts> _organizations = new(StringComparer.Ordinal);

    /// <summary>The known accounts of an organization, as of now.</summary>
    public OrganizationAccounts Of(string organizationId)
    {
        // Read the counter before the accounts, so that the accounts are at least as new as the counter says.
        var changes = catalog.AccountChanges(organizationId);
        if (_organizations.TryGetValue(organizationId, out var accounts) && accounts.Count <= Max
            && accounts.TryForget(changes))
            return accounts;
        accounts = new OrganizationAccounts(organizationId, changes, catalog, skeletons);
        _organizations[organizationId] = accounts;
        return accounts;
    }
}

/// <summary>The known accounts of one organization, numbered in the order of their first use.</summary>
internal sealed class OrganizationAccounts(
    string organizationId, long changes, IMeteringCatalog catalog, ISkeletonAccounts skeletons)
{
    /// <summary>An account that has not been looked up yet.</summary>
    public const int Unknown = -1;

    private readonly TextTable _codes = new();
    private readonly List<KnownAccount> _accounts = [];

    // Numbers of codes that must be looked up again, and of codes that nearly match the code of another account.
    private readonly HashSet<int> _forgotten = [];
    private readonly HashSet<int> _near = [];
    private long _changes = changes;

    public int Count => _accounts.Count;

    /// <summary>The account of a code; valid until the next look-up.</summary>
    public ref KnownAccount this[int account] => ref CollectionsMarshal.AsSpan(_accounts)[account];

    /// <summary>The account with a code, or <see cref="Unknown"/>.</summary>
    public int Find(ReadOnlySpan<byte> code)
    {
        var number = _codes.IndexOf(code);
        return _forgotten.Count > 0 && _forgotten.Contains(number) ? Unknown : number;
    }

    /// <summary>Invalidates the entries that may have changed.</summary>
    /// <returns>False if every entry may have changed.</returns>
    public bool TryForget(long now)
    {
        if (now == _changes)
            return true;
        if (catalog.ChangedAccountCodes(organizationId, _changes) is not { } codes)
            return false;
        _changes = now;
        _forgotten.UnionWith(_near);
        _near.Clear();
        foreach (var code in codes)
        {
            if (_codes.IndexOf(Encoding.UTF8.GetBytes(code)) is var number and not Unknown)
                _forgotten.Add(number);
        }
        return true;
    }

    /// <summary>Looks up accounts and creates missing ones.</summary>
    /// <returns>Their numbers.</returns>
    public async ValueTask<IReadOnlyList<int>> ProvideAsync(
        IReadOnlyList<string> codes, CancellationToken cancellationToken)
    {
        var matches = await catalog.FindAccountsAsync(organizationId, codes, cancellationToken);
        string[] missing =
            [.. codes.Zip(matches).Where(one => one.Second == default).Select(one => one.First).Distinct()];
        if (missing.Length == 0)
            return [.. codes.Zip(matches, Keep)];
        var created = (await skeletons.CreateAsync(organizationId, missing, cancellationToken))
            .Zip(missing).ToDictionary(one => one.Second, one => one.First, StringComparer.Ordinal);
        return [.. codes.Zip(matches, (code, match) => Keep(code, match == default ? created[code] : match))];
    }

    private int Keep(string code, AccountMatch match)
    {
        var number = _codes.Intern(Encoding.UTF8.GetBytes(code));
        if (number == _accounts.Count)
            _accounts.Add(new KnownAccount(organizationId, code, match));
        else
            _accounts[number] = new KnownAccount(organizationId, code, match);
        _forgotten.Remove(number);
        if (match.AccountId is null)
            _near.Add(number);
        else
            _near.Remove(number);
        return number;
    }
}

/// <summary>The account of a code, with its index in the current load.</summary>
internal struct KnownAccount(string organizationId, string code, AccountMatch match)
{
    private readonly LoadedAccount? _account = match.AccountId is { } id
        ? new LoadedAccount(organizationId, id) { Code = code, CustomFields = match.CustomFields }
        : null;

    private MeasurementLoad? _load;
    private long _begun;
    private int _index;

    public readonly AccountMatch Match => match;

    /// <summary>The index of the account in a load, which it joins if necessary. The account must exist.</summary>
    public int IndexIn(MeasurementLoad load)
    {
        if (_load != load || _begun != load.Begun)
        {
            (_load, _begun) = (load, load.Begun);
            _index = load.Add(_account!);
        }
        return _index;
    }
}
