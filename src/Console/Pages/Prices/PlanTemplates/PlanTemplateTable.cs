using Tallystick.Client;
using Tallystick.Console.Figures;
using Tallystick.Console.Forms;
using Tallystick.Console.Tables;

namespace Tallystick.Console.Pages.Prices.PlanTemplates;

/// <summary>The table and the form of plan templates.</summary>
internal static class PlanTemplateTable
{
    internal static TableDefinition<PlanTemplate> Definition { get; } = new()
    {
        Name = "plantemplates",
        Operation = "GET plantemplates",
        Load = query => query.Api.Client.PlanTemplates.ListAsync(query.PageSize, query["productId"]),
        Key = template => template.Id,
        Page = template => $"plantemplates/{template.Id}",
        Filters = [new("productId", "Product") { Reference = References.Products }],
        Columns = new Columns<PlanTemplate>()
            .Text("Name", template => template.Name)
            .Code("Code", template => template.Code)
            .Reference("Product", References.Products, template => template.ProductId)
            .Text("Billed", template => Words.Of(template.BillFrequency.Value))
            .Money("Standing charge", template => template.StandingCharge, template => template.Currency)
            .Money("Minimum spend", template => template.MinimumSpend, template => template.Currency)
            .Time("Created", template => template.DtCreated).Extra()
            .Code("Id", template => template.Id).Extra(),
    };

    internal static IReadOnlyList<FormField> Fields { get; } =
    [
        .. FormField.NameAndCode,
        new("productId", "Product", InputKind.Choice) { IsRequired = true, Reference = References.Products },
        PriceFields.Currency,
        new("billFrequency", "Billing frequency", InputKind.Choice)
        {
            IsRequired = true,
            Default = "MONTHLY",
            Options = Option.Of("DAILY", "WEEKLY", "MONTHLY", "ANNUALLY", "AD_HOC"),
        },
        new("billFrequencyInterval", "Billing interval", InputKind.Whole)
        {
            Hint = "3 bills every third month. Empty for 1.",
        },
        .. PriceFields.Charges(isRequired: true),
        new("standingChargeInterval", "Standing charge interval", InputKind.Whole)
        {
            Hint = "Number of billing periods between standing charges. Empty for 1.",
        },
        new("standingChargeOffset", "Standing charge offset", InputKind.Whole)
        {
            Hint = "Number of billing periods before the first standing charge.",
        },
        new("ordinal", "Order", InputKind.Whole),
    ];
}
