using Tallystick.Client;
using Tallystick.Console.Forms;
using Tallystick.Console.Tables;

namespace Tallystick.Console.Pages.Prices.Plans;

/// <summary>The table and the form of plans.</summary>
internal static class PlanTable
{
    internal static TableDefinition<Plan> Definition { get; } = new()
    {
        Name = "plans",
        Operation = "GET plans",
        Load = query => query.Api.Client.Plans.ListAsync(query.PageSize, query["productId"], query.List("accountId")),
        Key = plan => plan.Id,
        Page = plan => $"plans/{plan.Id}",
        Filters =
        [
            new("productId", "Product") { Reference = References.Products },
            new("accountId", "Account") { Reference = References.Accounts },
        ],
        Columns = new Columns<Plan>()
            .Text("Name", plan => plan.Name)
            .Code("Code", plan => plan.Code)
            .Reference("Plan template", References.PlanTemplates, plan => plan.PlanTemplateId)
            .Reference("Product", References.Products, plan => plan.ProductId)
            .Text("Kind", plan => plan.Bespoke is true ? "Custom" : "Standard")
            .Quantity("Standing charge", plan => plan.StandingCharge)
            .Quantity("Minimum spend", plan => plan.MinimumSpend)
            .Reference("Account", References.Accounts, plan => plan.AccountId).Extra()
            .Quantity("Order", plan => plan.Ordinal).Extra()
            .Time("Created", plan => plan.DtCreated).Extra()
            .Code("Id", plan => plan.Id).Extra(),
    };

    internal static IReadOnlyList<FormField> Fields { get; } =
    [
        .. FormField.NameAndCode,
        new("planTemplateId", "Plan template", InputKind.Choice)
        {
            IsRequired = true,
            Reference = References.PlanTemplates,
            Hint = "Charges that are empty below are those of the template.",
        },
        .. PriceFields.Charges(),
        new("bespoke", "Custom plan", InputKind.Switch) { Heading = "Who can use it" },
        PriceFields.Account,
        new("ordinal", "Order", InputKind.Whole),
    ];
}
