using Tallystick.Billing.Contracts;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.Picklists;

/// <summary>The picklists of billing.</summary>
public static class PicklistResources
{
    /// <summary>Bill grouping keys.</summary>
    public static ResourceDefinition<BillGroupingKey> BillGroupingKeys { get; } = Picklist.Definition(
        "BillGroupingKey", "billgroupingkeys", "bill grouping keys", () => BillingJson.Format.BillGroupingKey,
        CheckUsersAsync);

    /// <summary>Credit reasons.</summary>
    public static ResourceDefinition<CreditReason> CreditReasons { get; } = Picklist.Definition(
        "CreditReason", "creditreasons", "credit reasons", () => BillingJson.Format.CreditReason);

    /// <summary>Debit reasons.</summary>
    public static ResourceDefinition<DebitReason> DebitReasons { get; } = Picklist.Definition(
        "DebitReason", "debitreasons", "debit reasons", () => BillingJson.Format.DebitReason);

    /// <summary>Transaction types.</summary>
    public static ResourceDefinition<TransactionType> TransactionTypes { get; } = Picklist.Definition(
        "TransactionType", "transactiontypes", "transaction types", () => BillingJson.Format.TransactionType);

    private static async ValueTask CheckUsersAsync(
        BillGroupingKey key, BillGroupingKey? current, IResourceReader related, Issues issues)
    {
        if (current is null || !key.Exclusive)
            return;
        var users = await related.ListAsync<Contract>(Condition.Equal("bill_grouping_key_id", key.Id), limit: 2);
        if (users.Count > 1)
            issues.AddConflict("in_use", "exclusive",
                $"cannot become true because the contracts '{users[0].Id}' and '{users[1].Id}' share the key");
    }
}
