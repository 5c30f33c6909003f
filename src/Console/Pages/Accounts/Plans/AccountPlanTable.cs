using Tallystick.Client;
using Tallystick.Console.Api;
using Tallystick.Console.Figures;
using Tallystick.Console.Forms;
using Tallystick.Console.Tables;

namespace Tallystick.Console.Pages.Accounts.Plans;

/// <summary>The table and the form of plans and plan groups that are attached to accounts.</summary>
internal static class AccountPlanTable
{
    internal static TableDefinition<AccountPlan> Definition { get; } = new()
    {
        Name = "accountplans",
        Operation = "GET accountplans",
        Load = query => query.Api.Client.AccountPlans.ListAsync(
            query.PageSize, account: query["contract"] is null ? query["account"] : null, includeAll: true,
            contract: query["contract"]),
        Key = one => one.Id,
        Page = one => $"accountplans/{one.Id}",
        Columns = new Columns<AccountPlan>()
            .Time("Start", one => one.StartDate)
            .Time("End", one => one.EndDate)
            .Reference("Plan", References.Plans, one => one.PlanId)
            .Reference("Plan group", References.PlanGroups, one => one.PlanGroupId)
            .Reference("Account", References.Accounts, one => one.AccountId)
            .Reference("Contract", References.Contracts, one => one.ContractId)
            .Code("Code", one => one.Code).Extra()
            .Code("Id", one => one.Id).Extra(),
    };

    /// <summary>What can be chosen for a plan of an account.</summary>
    internal static async Task<IReadOnlyList<FormField>> FieldsAsync(
        OrganizationApi api, string accountId, bool isGroup) =>
    [
        isGroup
            ? new("planGroupId", "Plan group", InputKind.Choice)
            {
                IsRequired = true, IsFixed = true, Options = await AccountChoices.PlanGroupsAsync(api, accountId),
            }
            : new("planId", "Plan", InputKind.Choice)
            {
                IsRequired = true, IsFixed = true, Options = await AccountChoices.PlansAsync(api, accountId),
            },
        new("startDate", "Start (UTC)", InputKind.Instant) { IsRequired = true },
        new("endDate", "End (UTC)", InputKind.Instant) { Hint = "The first moment after it. Open-ended without one." },
        new("contractId", "Contract", InputKind.Choice)
        {
            Options = await AccountChoices.ContractsAsync(api, accountId),
        },
        new("billEpoch", "Bill epoch", InputKind.Date)
        {
            Hint = "The date from which its bill dates are counted. Overrides the account's.",
        },
        new("childBillingMode", "Child billing mode", InputKind.Choice)
        {
            Options = AccountChoices.ChildBilling,
            Hint = "Where charges of child accounts appear.",
        },
        new("code", "Code") { MaxLength = 80, Hint = "Short and unique." },
    ];

    /// <summary>From when until when.</summary>
    internal static string Period(AccountPlan one, NodaTime.DateTimeZone zone) => one.EndDate is null
        ? $"From {Figure.Time(one.StartDate, zone)}, open-ended."
        : $"From {Figure.Time(one.StartDate, zone)} to {Figure.Time(one.EndDate, zone)}.";
}
