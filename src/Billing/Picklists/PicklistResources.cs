using Tallystick.Foundation.Resources;

namespace Tallystick.Billing.Picklists;

/// <summary>The picklists of billing.</summary>
public static class PicklistResources
{
    /// <summary>Bill grouping keys.</summary>
    public static ResourceDefinition<BillGroupingKey> BillGroupingKeys { get; } = Picklist.Definition(
        "BillGroupingKey", "billgroupingkeys", "bill grouping keys", () => BillingJson.Format.BillGroupingKey);

    /// <summary>Credit reasons.</summary>
    public static ResourceDefinition<CreditReason> CreditReasons { get; } = Picklist.Definition(
        "CreditReason", "creditreasons", "credit reasons", () => BillingJson.Format.CreditReason);

    /// <summary>Debit reasons.</summary>
    public static ResourceDefinition<DebitReason> DebitReasons { get; } = Picklist.Definition(
        "DebitReason", "debitreasons", "debit reasons", () => BillingJson.Format.DebitReason);

    /// <summary>Transaction types.</summary>
    public static ResourceDefinition<TransactionType> TransactionTypes { get; } = Picklist.Definition(
        "TransactionType", "transactiontypes", "transaction types", () => BillingJson.Format.TransactionType);
}
