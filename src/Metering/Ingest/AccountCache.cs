using System.Diagnostics.CodeAnalysis;
using System.IO.Hashing;
using System.Text;
using Tallystick.Metering.Measurements;

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

/// <summary>The known accounts of one organization.</summary>
internal sealed class OrganizationAccounts(string organizationId, long generation, IMeteringCatalogue catalogue)
{
    private readonly Dictionary<byte[], KnownAccount> _byCode = new(Utf8Comparer.Instance);

    public long Generation => generation;

    public int Count => _byCode.Count;

    /// <summary>The account with a code; null when it was not looked up yet.</summary>
    public KnownAccount? Find(ReadOnlySpan<byte> code) =>
        _byCode.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(code, out var account) ? account : null;

    /// <summary>Looks an account up, which creates it where there is none.</summary>
    public async ValueTask<KnownAccount> MatchAsync(string code, CancellationToken cancellationToken)
    {
        var match = await catalogue.MatchAccountAsync(organizationId, code, cancellationToken);
        return _byCode[Encoding.UTF8.GetBytes(code)] = new KnownAccount(match);
    }

    private sealed class Utf8Comparer
        : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static readonly Utf8Comparer Instance = new();

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

        public int GetHashCode(ReadOnlySpan<byte> alternate) => (int)XxHash3.HashToUInt64(alternate);
    }
}

/// <summary>What an account code stands for, and its index in the load at hand.</summary>
internal sealed class KnownAccount(AccountMatch match)
{
    private MeasurementLoad? _load;
    private LogPosition _from;
    private int _index;

    public AccountMatch Match => match;

    /// <summary>The index of the account, which must have been found, in a load.</summary>
    public int IndexIn(MeasurementLoad load, string organizationId)
    {
        if (_load != load || _from != load.From)
        {
            (_load, _from) = (load, load.From);
            _index = load.Add(new LoadedAccount(organizationId, match.AccountId!));
        }
        return _index;
    }
}
