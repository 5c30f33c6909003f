using Tallystick.Billing.Balances;
using Tallystick.Billing.BalanceTransactions;
using Tallystick.Billing.Organizations;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.Ledger;

/// <summary>Keeps the amount of a balance equal to the sum of its transactions.</summary>
public static class BalanceAmounts
{
    /// <summary>Adds a new transaction to the amount of its balance.</summary>
    public static async ValueTask<BalanceTransaction> BookAsync(ResourceChange change, BalanceTransaction transaction)
    {
        var balance = (await change.Related.FindAsync<Balance>(transaction.BalanceId))!;
        var config = (await change.Related.ListAsync<OrganizationConfig>(Condition.And())).Single();
        var allowsOverdraft = config.AllowNegativeBalances is true && balance.AllowOverdraft is true;
        var after = BalanceTransactionResource.AmountAfter(balance.Amount ?? 0, transaction.Amount, allowsOverdraft);
        await change.KeepAsync(BalanceResource.Definition, balance with { Amount = after });
        return transaction;
    }
}
