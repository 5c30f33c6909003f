using Tallystick.Billing.Balances;
using Tallystick.Billing.BillConfigs;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Contracts;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.Charges;

/// <summary>Rules of charges beyond their shape.</summary>
internal static class ChargeRules
{
    internal static void Check(Charge charge, Issues issues)
    {
        CheckAmount(charge.Amount, charge.Units, charge.UnitPrice, issues);
        var line = charge.EntityType == ChargeEntityType.Balance
            ? ChargeLineItemType.BalanceFee
            : ChargeLineItemType.AdHoc;
        if (charge.LineItemType != line)
            issues.Add("contradiction", "lineItemType",
                $"must be {JsonFormat.Name(line)} if entityType is {JsonFormat.Name(charge.EntityType)}");
        if (charge.EntityType == ChargeEntityType.Balance && charge.EntityId is null)
            issues.Add("required", "entityId", "is required if entityType is BALANCE");
        if (charge.EntityType == ChargeEntityType.AdHoc && charge.EntityId is not null)
            issues.Add("not_allowed", "entityId", "is allowed only if entityType is BALANCE");
        if (charge.ServicePeriodEndDate < charge.ServicePeriodStartDate)
            issues.Add("order", "servicePeriodEndDate", "must not be before servicePeriodStartDate");
    }

    /// <summary>Requires either an amount, or units and unit price, but not both.</summary>
    internal static void CheckAmount(decimal? amount, decimal? units, decimal? unitPrice, Issues issues)
    {
        if (units is null != unitPrice is null)
            issues.Add("needs", units is null ? "units" : "unitPrice", "is required: units and unitPrice must be given "
                + "together");
        else if (amount is null == units is null)
            issues.Add("exactly_one", "amount", "either amount, or units and unitPrice, is required");
    }

    /// <summary>A charge on a locked bill cannot change, because the bill cannot.</summary>
    internal static async ValueTask CheckNotLockedAsync(Charge charge, IResourceReader related, Issues issues)
    {
        if (await related.FindAsync<Bill>(charge.BillId) is not { } bill)
            return;
        if (BillStates.IsLocked(bill, await BillConfigResource.FindAsync(related)))
            issues.AddConflict("locked", "billId", $"the charge is on the locked bill '{bill.Id}' and cannot change");
    }

    internal static async ValueTask CheckAgainstAsync(
        Charge charge, Charge? current, IResourceReader related, Issues issues)
    {
        if (current is not null && current.AccountId != charge.AccountId)
            issues.Add("immutable", "accountId", "cannot be changed; create a new charge");
        if (current is not null)
            await CheckNotLockedAsync(current, related, issues);
        if (await related.FindAsync<Balance>(charge.EntityId) is { } balance && balance.AccountId != charge.AccountId)
            issues.Add("other_account", "entityId", "belongs to another account");
        await ContractResource.CheckMemberAsync(charge.ContractId, charge.AccountId, related, issues);
    }
}
