using Tallystick.Client;
using Tallystick.Console.Forms;
using Tallystick.Console.Tables;

namespace Tallystick.Console.Pages.Prices.PlanGroups;

/// <summary>The table and the form of plan groups.</summary>
internal static class PlanGroupTable
{
    internal static TableDefinition<PlanGroup> Definition { get; } = new()
    {
        Name = "plangroups",
        Operation = "GET plangroups",
        Load = query => query.Api.Client.PlanGroups.ListAsync(query.PageSize, query.List("accountId")),
        Key = group => group.Id,
        Page = group => $"plangroups/{group.Id}",
        Filters = [new("accountId", "Account") { Reference = References.Accounts }],
        Columns = new Columns<PlanGroup>()
            .Text("Name", group => group.Name)
            .Code("Code", group => group.Code)
            .Money("Standing charge", group => group.StandingCharge, group => group.Currency)
            .Money("Minimum spend", group => group.MinimumSpend, group => group.Currency)
            .Reference("Account", References.Accounts, group => group.AccountId)
            .Time("Created", group => group.DtCreated).Extra()
            .Code("Id", group => group.Id).Extra(),
    };

    internal static IReadOnlyList<FormField> Fields { get; } =
    [
        .. FormField.NameAndCode,
        PriceFields.Currency,
        .. PriceFields.Charges(),
        PriceFields.Account,
    ];
}
