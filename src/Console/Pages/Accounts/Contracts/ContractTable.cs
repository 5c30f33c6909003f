using Tallystick.Client;
using Tallystick.Console.Api;
using Tallystick.Console.Forms;
using Tallystick.Console.Tables;

namespace Tallystick.Console.Pages.Accounts.Contracts;

/// <summary>The table and the form of contracts.</summary>
internal static class ContractTable
{
    internal static TableDefinition<Contract> Definition { get; } = new()
    {
        Name = "contracts",
        Operation = "GET contracts",
        Load = query => query.Api.Client.Contracts.ListAsync(
            query.PageSize, query.List("code"), query["account"]),
        Key = one => one.Id,
        Page = one => $"contracts/{one.Id}",
        Filters =
        [
            new("code", "Code"),
            new("account", "Account") { Reference = References.Accounts },
        ],
        Columns = new Columns<Contract>()
            .Text("Name", one => one.Name)
            .Code("Code", one => one.Code)
            .Reference("Account", References.Accounts, one => one.AccountId)
            .Date("First day", one => one.StartDate)
            .Date("First day after it", one => one.EndDate)
            .Text("Purchase order number", one => one.PurchaseOrderNumber).Extra()
            .Time("Created", one => one.DtCreated).Extra()
            .Code("Id", one => one.Id).Extra(),
    };

    internal static async Task<IReadOnlyList<FormField>> FieldsAsync(OrganizationApi api) =>
    [
        .. FormField.NameAndCode.Select(field => field with { IsRequired = field.Path == "name" }),
        new("startDate", "First day", InputKind.Date) { IsRequired = true },
        new("endDate", "First day after it", InputKind.Date) { IsRequired = true },
        new("description", "Description", InputKind.Lines),
        new("purchaseOrderNumber", "Purchase order number") { MaxLength = 200 },
        new("applyContractPeriodLimits", "Bill only charges within its dates", InputKind.Switch)
        {
            Hint = "Otherwise, only the dates of its plans matter.",
        },
        new("billGroupingKeyId", "Bill grouping key", InputKind.Choice)
        {
            Options = await AccountChoices.BillGroupingKeysAsync(api),
            Hint = "Puts its charges on a bill of their own.",
        },
        new("usageFilters", "Usage filters", InputKind.Rows)
        {
            RowName = "usage filter",
            Hint = "Which usage is billed under it. Without filters, all.",
            Fields =
            [
                new("dimensionCode", "Field code") { IsRequired = true, MaxLength = 80 },
                new("value", "Value") { IsRequired = true, MaxLength = 256 },
                new("mode", "Mode", InputKind.Choice)
                {
                    IsRequired = true, Options = Option.Of("INCLUDE", "EXCLUDE"), Default = "INCLUDE",
                },
            ],
        },
    ];
}
