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
        IReadOnlyList<string> accountIds,
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
        _ledgers = accountIds.Distinct().ToDictionary(
            id => id,
            id => new AccountLedger(
                commitmentsOf[id],
                balancesOf[id],
                balancesOf[id].SelectMany(balance => booked[balance.Id]),
                [.. drawsOf[id].Select(draw => draw.Entry)]),
            StringComparer.Ordinal);
    }

    /// <summary>Reads them.</summary>
    internal static async ValueTask<StoredCredits> LoadAsync(ResourceReader related, IReadOnlyList<string> accountIds)
    {
        if (accountIds.Count == 0)
            return new StoredCredits([], [], [], [], []);
        var ofAccounts = new Condition.In(BillDrawResource.AccountId, accountIds);
        var balances = await related.ListAsync<Balance>(ofAccounts);
        return new StoredCredits(
            accountIds,
            await related.ListAsync<Commitment>(ofAccounts),
            balances,
            balances.Count == 0
                ? []
                : await related.ListAsync<BalanceTransaction>(
                    new Condition.In("balance_id", [.. balances.Select(balance => balance.Id)])),
            await related.ListAsync<BillDraw>(ofAccounts));
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
