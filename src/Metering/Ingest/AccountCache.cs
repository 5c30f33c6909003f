using System.Runtime.InteropServices;
using System.Text;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Measurements.Batches;

namespace Tallystick.Metering.Ingest;

/// <summary>
/// The accounts that codes stand for, found by the bytes of the code, so that no text is made for a measurement whose
/// account is known.
/// </summary>
internal sealed class AccountCache(IMeteringCatalogue catalogue)
{
    private const int Most = 1_000_000;
    private readonly Dictionary<string, OrganizationAccounts> _organizations = new(StringComparer.Ordinal);

    /// <summary>The known accounts of an organization, as of now.</summary>
    public OrganizationAccounts Of(string organizationId)
    {
        var generation = catalogue.AccountGeneration(organizationId);
        if (!_organizations.TryGetValue(organizationId, out var accounts)
            || accounts.Generation != generation || accounts.Count > Most)
        {
            accounts = new OrganizationAccounts(organizationId, generation, catalogue);
            _organizations[organizationId] = accounts;
        }
        return accounts;
    }
}

/// <summary>The known accounts of one organization, numbered in the order of their first use.</summary>
internal sealed class OrganizationAccounts(string organizationId, long generation, IMeteringCatalogue catalogue)
{
    /// <summary>Stands for an account that was not looked up yet.</summary>
    public const int Unknown = -1;

    private readonly TextTable _codes = new();
    private readonly List<KnownAccount> _accounts = [];

    public long Generation => generation;

    public int Count => _accounts.Count;

    /// <summary>What an account's code stands for; valid until the next one is looked up.</summary>
    public ref KnownAccount this[int account] => ref CollectionsMarshal.AsSpan(_accounts)[account];

    /// <summary>The account with a code, or <see cref="Unknown"/>.</summary>
    public int Find(ReadOnlySpan<byte> code) => _codes.IndexOf(code);

    /// <summary>Looks accounts up, which creates those that are not there.</summary>
    /// <returns>Their numbers.</returns>
    public async ValueTask<IReadOnlyList<int>> MatchAsync(
        IReadOnlyList<string> codes, CancellationToken cancellationToken)
    {
        var matches = await catalogue.MatchAccountsAsync(organizationId, codes, cancellationToken);
        return [.. codes.Zip(matches, Keep)];
    }

    private int Keep(string code, AccountMatch match)
    {
        var number = _codes.Intern(Encoding.UTF8.GetBytes(code));
        if (number == _accounts.Count)
            _accounts.Add(new KnownAccount(organizationId, match));
        else
            _accounts[number] = new KnownAccount(organizationId, match);
        return number;
    }
}

/// <summary>What an account code stands for, and its index in the load at hand.</summary>
internal struct KnownAccount(string organizationId, AccountMatch match)
{
    private readonly LoadedAccount? _account =
        match.AccountId is { } id ? new LoadedAccount(organizationId, id) : null;

    private MeasurementLoad? _load;
    private long _begun;
    private int _index;

    public readonly AccountMatch Match => match;

    /// <summary>The index of the account, which must have been found, in a load.</summary>
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
