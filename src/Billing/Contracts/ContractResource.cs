using Tallystick.Billing.Picklists;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.Contracts;

/// <summary>The definition of contracts.</summary>
public static class ContractResource
{
    /// <summary>The definition.</summary>
    public static ResourceDefinition<Contract> Definition { get; } =
        new("Contract", "contracts", () => BillingJson.Format.Contract)
        {
            UniqueBy = [new("code", contract => contract.Code)],
            IndexedBy =
            [
                new("start_date", contract => InstantText.Write(contract.StartDate)),
                new("end_date", contract => InstantText.Write(contract.EndDate)),
            ],
            Filters =
            [
                ListFilter.Many("codes", "code", "Only contracts with these codes."),
                new ListFilter.ByColumn("accountId", "Only contracts of this account.", FilterKind.One, "account_id")
                {
                    Shape = new TextShape(36, 36),
                },
            ],
            Refers =
            [
                new("accountId", "Account", contract => contract.AccountId),
                new("billGroupingKeyId", "BillGroupingKey", contract => contract.BillGroupingKeyId),
            ],
            Complete = (contract, _, _) => ValueTask.FromResult(
                // Clients send an unused reference as an empty string.
                contract.BillGroupingKeyId is "" ? contract with { BillGroupingKeyId = null } : contract),
            Check = (contract, issues) =>
            {
                if (contract.EndDate <= contract.StartDate)
                    issues.Add("order", "endDate", "must be after startDate");
            },
            CheckAgainst = CheckAgainstAsync,
        };

    /// <summary>Checks that an entity and its contract belong to the same account.</summary>
    internal static async ValueTask CheckMemberAsync(
        string? contractId, string accountId, IResourceReader related, Issues issues)
    {
        if (await related.FindAsync<Contract>(contractId) is { } contract && contract.AccountId != accountId)
            issues.Add("other_account", "contractId", "belongs to another account");
    }

    private static async ValueTask CheckAgainstAsync(
        Contract contract, Contract? current, IResourceReader related, Issues issues)
    {
        if (current is not null && current.AccountId != contract.AccountId)
            issues.Add("immutable", "accountId", "cannot be changed; create a new contract");
        if (await related.FindAsync<BillGroupingKey>(contract.BillGroupingKeyId) is not { Exclusive: true } key)
            return;
        var users = await related.ListAsync<Contract>(Condition.Equal("bill_grouping_key_id", key.Id));
        if (users.FirstOrDefault(user => user.Id != current?.Id) is { } user)
            issues.AddConflict("exclusive", "billGroupingKeyId",
                $"is exclusive and already used by the contract '{user.Id}'");
    }
}
