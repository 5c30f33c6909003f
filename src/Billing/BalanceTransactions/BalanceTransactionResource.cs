using Tallystick.Billing.Ledger;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.BalanceTransactions;

/// <summary>The definition of balance transactions, which can only be created and read.</summary>
public static class BalanceTransactionResource
{
    private static readonly string[] EntityTypes = [.. Enum.GetValues<TransactionEntityType>().Select(JsonFormat.Name)];

    /// <summary>The definition.</summary>
    public static ResourceDefinition<BalanceTransaction> Definition { get; } =
        new("BalanceTransaction", "balances/{balanceId}/transactions", () => BillingJson.Format.BalanceTransaction)
        {
            Tag = "Balances",
            EventName = "billing.balanceamount",
            PolicyNames = ["config:balance"],
            PermittedBy = "balanceId",
            IsInternal = true,
            HasIdsFilter = false,
            MaximumPageSize = 200,
            IndexedBy =
            [
                new("entity_type", made => made.EntityType is { } type ? JsonFormat.Name(type) : null)
                {
                    HasFewValues = true,
                },
                new("entity_id", made => made.EntityId),
            ],
            Filters =
            [
                ListFilter.One("transactionTypeId", "transaction_type_id", "Only transactions of this type."),
                new ListFilter.ByColumn(
                    "entityType", "Only transactions created by this kind of entity.", FilterKind.One, "entity_type")
                {
                    Shape = new TextShape(Choices: EntityTypes) { ChoicesName = nameof(TransactionEntityType) },
                },
                ListFilter.One("entityId", "entity_id", "Only transactions created by the entity with this UUID."),
            ],
            Refers =
            [
                new("balanceId", "Balance", made => made.BalanceId),
                new("transactionTypeId", "TransactionType", made => made.TransactionTypeId),
                new("currencyPaid", "Currency", made => made.CurrencyPaid, "code"),
            ],
            AfterWrite = BalanceAmounts.BookAsync,
            Complete = (made, _, _) => ValueTask.FromResult(made with
            {
                // Clients send an unused reference as an empty string.
                TransactionTypeId = string.IsNullOrEmpty(made.TransactionTypeId) ? null : made.TransactionTypeId,
                CurrencyPaid = string.IsNullOrEmpty(made.CurrencyPaid) ? null : made.CurrencyPaid,
            }),
        };

    /// <summary>The amount of a balance after a transaction.</summary>
    /// <exception cref="RefusedException">
    /// The amount would have too many digits, or would fall below zero without permission.
    /// </exception>
    public static decimal AmountAfter(decimal amount, decimal added, bool allowsOverdraft)
    {
        if (!ExactNumber.TryAdd(amount, added, out var after))
            throw new RefusedException(new Issue(
                "digits", "amount", "would give the balance an amount of more than 28 digits"));
        if (added < 0 && after < 0 && !allowsOverdraft)
            throw new RefusedException(new Issue(
                "overdraft", "amount", $"would change the balance to {after}, but it must not fall below 0"));
        return after;
    }
}
