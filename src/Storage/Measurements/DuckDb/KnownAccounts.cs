using Tallystick.Metering.Measurements;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// The keys of the accounts of former loads, found by the object: a load names thousands of accounts, and to look each
/// up by its id takes several times as long. Only the writer uses it.
/// </summary>
internal sealed class KnownAccounts
{
    private const int MaxKept = 2_000_000;

    private readonly Dictionary<LoadedAccount, int> _keys = new(ReferenceEqualityComparer.Instance);

    /// <summary>The key of an account; null where no load with it was committed.</summary>
    public int? Find(LoadedAccount account) => _keys.TryGetValue(account, out var key) ? key : null;

    /// <summary>Keeps the keys of a load's accounts, after its commit.</summary>
    public void Keep(IReadOnlyList<LoadedAccount> accounts, int[] keys)
    {
        // Those that nobody uses any more are forgotten with the others, which are kept again with their next load.
        if (_keys.Count + keys.Length > MaxKept)
            _keys.Clear();
        for (var index = 0; index < keys.Length; index++)
            _keys[accounts[index]] = keys[index];
    }
}
