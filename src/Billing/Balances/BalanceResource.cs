using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.Balances;

/// <summary>The definition of balances.</summary>
public static class BalanceResource
{
    /// <summary>The definition.</summary>
    public static ResourceDefinition<Balance> Definition { get; } =
        new("Balance", "balances", () => BillingJson.Format.Balance)
        {
            Tag = "Balances",
            EventName = "billing.balance",
            UniqueBy = [new("code", balance => balance.Code)],
            // The rollover amount can be drawn on until the rollover ends.
            IndexedBy =
                [new("last_date", balance => InstantText.Sortable(balance.RolloverEndDate ?? balance.EndDate))],
            Filters =
            [
                ListFilter.One("accountId", "account_id", "Only balances of this account."),
                new ListFilter.Part("endDateStart",
                    "Only balances that end on or after this date, rollover included. " + InstantText.ZoneRule,
                    new TextShape()),
                new ListFilter.Part("endDateEnd",
                    "Only balances that end before this date, rollover included. " + InstantText.ZoneRule,
                    new TextShape()),
                ListFilter.One("contract", "contract_id", "Only balances of this contract."),
                new ListFilter.Part("contractId",
                    "Only balances of this contract. An empty value, with `accountId`, selects balances without a "
                        + "contract.", new TextShape()),
                new ListFilter.Custom((parameters, _) => ValueTask.FromResult<Condition?>(Selected(parameters))),
            ],
            Refers =
            [
                new("accountId", "Account", balance => balance.AccountId),
                new("currency", "Currency", balance => balance.Currency, "code"),
                new("contractId", "Contract", balance => balance.ContractId),
                new("consumptionsAccountingProductId", "Product", balance => balance.ConsumptionsAccountingProductId),
                new("feesAccountingProductId", "Product", balance => balance.FeesAccountingProductId),
                Reference<Balance>.Many("productIds", "Product", balance => balance.ProductIds),
            ],
            Complete = (balance, current, _) => ValueTask.FromResult(balance with
            {
                // Clients send an unused reference as an empty string.
                ContractId = string.IsNullOrEmpty(balance.ContractId) ? null : balance.ContractId,
                Amount = current?.Amount ?? 0,
            }),
            Check = BalanceRules.Check,
            CheckAgainst = BalanceRules.CheckAgainstAsync,
        };

    private static Condition Selected(ListParameters parameters)
    {
        var conditions = new List<Condition>();
        if (parameters.SortableInstant("endDateStart") is { } from)
            conditions.Add(new Condition.Compare("last_date", Comparison.GreaterOrEqual, from));
        if (parameters.SortableInstant("endDateEnd") is { } to)
            conditions.Add(new Condition.Compare("last_date", Comparison.Less, to));
        if (parameters.Text("contractId") is { } contract)
            conditions.Add(Condition.Equal("contract_id", contract));
        else if (parameters.Values("contractId") is [""])
        {
            conditions.Add(new Condition.Missing("contract_id"));
            if (parameters.Text("accountId") is null)
                parameters.Issues.Add("needs", "contractId", "requires the parameter accountId if empty");
        }
        return Condition.And(conditions);
    }
}
