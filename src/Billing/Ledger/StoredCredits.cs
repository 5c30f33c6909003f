using Tallystick.Billing.Balances;
using Tallystick.Billing.BalanceTransactions;
using Tallystick.Billing.Calculation.Ledger;
using Tallystick.Billing.Commitments;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.Ledger;

/// <summary>
/// The commitments and balances of some accounts and what bills have drawn from them, read once by the change that
/// writes their bills and kept up to date by it.
/// </summary>
internal sealed class StoredCredits
{
    private static readonly AccountLedger Nothing = new([], [], [], []);

    private readonly Dictionary<string, Commitment> _commitments;
    private readonly Dictionary<string, Balance> _balances;
    private readonly ILookup<string, BillDraw> _draws;
    private readonly Dictionary<string, AccountLedger> _ledgers;

    private StoredCredits(
        IReadOnlyDictionary<string, IReadOnlyList<string>> owners,
        IReadOnlyList<Commitment> commitments,
        IReadOnlyList<Balance> balances,
        IReadOnlyList<BalanceTransaction> transactions,
        IReadOnlyList<BillDraw> draws)
    {
        _commitments = commitments.ToDictionary(one => one.Id, StringComparer.Ordinal);
        _balances = balances.ToDictionary(one => one.Id, StringComparer.Ordinal);
        _draws = draws.ToLookup(draw => draw.BillId, StringComparer.Ordinal);
        var commitmentsOf = commitments.ToLookup(one => one.AccountId);
        var balancesOf = balances.ToLookup(one => one.AccountId);
        var booked = transactions.ToLookup(one => one.BalanceId);
        var drawsOf = draws.ToLookup(draw => draw.AccountId);
        var drawsFrom = draws.ToLookup(draw => draw.CreditId);
        _ledgers = owners.ToDictionary(
            one => one.Key,
            one =>
            {
                var drawable = one.Value.SelectMany(owner => commitmentsOf[owner]).ToList();
                return new AccountLedger(
                    drawable,
                    balancesOf[one.Key],
                    balancesOf[one.Key].SelectMany(balance => booked[balance.Id]),
                    [
                        .. drawsOf[one.Key].Concat(drawable.SelectMany(commitment => drawsFrom[commitment.Id]))
                            .DistinctBy(draw => draw.Id).Select(draw => draw.Entry),
                    ]);
            },
            StringComparer.Ordinal);
    }

    /// <summary>Reads them.</summary>
    /// <param name="related">Reads stored entities.</param>
    /// <param name="owners">
    /// For each account, the UUIDs of the accounts whose commitments it draws on: its own first, then of children.
    /// </param>
    internal static async ValueTask<StoredCredits> LoadAsync(
        ResourceReader related, IEnumerable<IReadOnlyList<string>> owners)
    {
        var byAccount = owners.DistinctBy(some => some[0])
            .ToDictionary(some => some[0], some => some, StringComparer.Ordinal);
        if (byAccount.Count == 0)
            return new StoredCredits(byAccount, [], [], [], []);
        var ofAccounts = new Condition.In(BillDrawResource.AccountId, [.. byAccount.Keys]);
        var balances = await related.ListAsync<Balance>(ofAccounts);
        var draws = (await related.ListAsync<BillDraw>(ofAccounts)).ToList();
        // A former child's commitment can still have draws of a bill of the account.
        var commitments = await related.ListAsync<Commitment>(Condition.Or(
            new Condition.In("account_id", [.. byAccount.Values.SelectMany(ids => ids).Distinct()]),
            new Condition.In("id", [.. draws.Where(draw => draw.Kind == CreditKind.Commitment)
                .Select(draw => draw.CreditId).Distinct()])));
        // Bills of the parent draw on commitments of its children, and of former parents have done so.
        var known = draws.Select(draw => draw.Id).ToHashSet(StringComparer.Ordinal);
        var shared = commitments
            .Where(one => one.AmountSpent > 0 && one.AmountSpent != draws.Where(draw => draw.CreditId == one.Id)
                .Sum(draw => draw.Amount))
            .Select(one => one.Id).ToList();
        if (shared.Count > 0)
            draws.AddRange((await related.ListAsync<BillDraw>(new Condition.In(BillDrawResource.CreditId, shared)))
                .Where(draw => !known.Contains(draw.Id)));
        return new StoredCredits(
            byAccount,
            commitments,
            balances,
            balances.Count == 0
                ? []
                : await related.ListAsync<BalanceTransaction>(
                    new Condition.In("balance_id", [.. balances.Select(balance => balance.Id)])),
            draws);
    }

    /// <summary>The ledger of an account as it was read; empty if it was not.</summary>
    internal AccountLedger LedgerOf(string accountId) => _ledgers.GetValueOrDefault(accountId, Nothing);

    /// <summary>The draws of a bill as they were read.</summary>
    internal IEnumerable<BillDraw> DrawsOf(string billId) => _draws[billId];

    /// <summary>A commitment in its latest state.</summary>
    internal Commitment CommitmentOf(string id) => _commitments[id];

    /// <summary>A balance in its latest state.</summary>
    internal Balance BalanceOf(string id) => _balances[id];

    /// <summary>Writes the new state of a commitment.</summary>
    internal async ValueTask KeepAsync(ResourceChange change, Commitment commitment)
    {
        await change.KeepAsync(CommitmentResource.Definition, _commitments[commitment.Id], commitment);
        _commitments[commitment.Id] = commitment;
    }

    /// <summary>Writes the new state of a balance.</summary>
    internal async ValueTask KeepAsync(ResourceChange change, Balance balance)
    {
        await change.KeepAsync(BalanceResource.Definition, _balances[balance.Id], balance);
        _balances[balance.Id] = balance;
    }
}
