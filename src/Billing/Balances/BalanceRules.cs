using Tallystick.Billing.BalanceTransactions;
using Tallystick.Billing.Contracts;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.Balances;

/// <summary>Rules of balances beyond their shape.</summary>
internal static class BalanceRules
{
    internal static void Check(Balance balance, Issues issues)
    {
        if (balance.EndDate <= balance.StartDate)
            issues.Add("order", "endDate", "must be after startDate");
        if (balance.RolloverAmount is not null && balance.RolloverEndDate is null)
            issues.Add("needs", "rolloverEndDate", "is required if rolloverAmount is given");
        if (balance.RolloverEndDate <= balance.EndDate)
            issues.Add("order", "rolloverEndDate", "must be after endDate");
        if (balance.OverageSurchargePercent < -100)
            issues.Add("range", "overageSurchargePercent", "must be at least -100, a discount of the whole price");
        if (balance.LineItemTypes is { } types && types.Distinct().Count() < types.Count)
            issues.Add("duplicate", "lineItemTypes", "must not contain duplicates");
        if (balance.ProductIds is { } products && products.Distinct().Count() < products.Count)
            issues.Add("duplicate", "productIds", "must not contain duplicates");
    }

    internal static async ValueTask CheckAgainstAsync(
        Balance balance, Balance? current, IResourceReader related, Issues issues)
    {
        if (current is not null && current.AccountId != balance.AccountId)
            issues.Add("immutable", "accountId", "cannot be changed; create a new balance");
        await ContractResource.CheckMemberAsync(balance.ContractId, balance.AccountId, related, issues);
        if (current is null || current.Currency == balance.Currency)
            return;
        var booked = await related.ListAsync<BalanceTransaction>(
            Condition.Equal("balance_id", current.Id), limit: 1);
        if (booked.Count > 0)
            issues.Add("immutable", "currency", "cannot be changed once the balance has transactions");
    }
}
