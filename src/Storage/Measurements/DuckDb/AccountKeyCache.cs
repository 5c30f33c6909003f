using Tallystick.Metering.Measurements;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>
/// The keys of the accounts of earlier loads, by object reference: a load names thousands of accounts, and looking each
/// up by id takes several times as long. Used only by the writer.
/// </summary>
internal sealed class AccountKeyCache
{
    private const int MaxKept = 2_000_000;

    private readonly Dictionary<LoadedAccount, int> _keys = new(ReferenceEqualityComparer.Instance);

    /// <summary>The key of an account; null if no load with it was committed.</summary>
    public int? Find(LoadedAccount account) => _keys.TryGetValue(account, out var key) ? key : null;

    /// <summary>Stores the keys of a load's accounts, after its commit.</summary>
    public void Keep(IReadOnlyList<LoadedAccount> accounts, int[] keys)
    {
        // This discards accounts that are no longer used; the others are added again with their next load.
        if (_keys.Count + keys.Length > MaxKept)
            _keys.Clear();
        for (var index = 0; index < keys.Length; index++)
            _keys[accounts[index]] = keys[index];
    }
}
