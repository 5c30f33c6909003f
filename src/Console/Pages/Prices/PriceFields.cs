using Tallystick.Console.Forms;
using Tallystick.Console.Tables;

namespace Tallystick.Console.Pages.Prices;

/// <summary>What forms of plans and prices have in common.</summary>
internal static class PriceFields
{
    internal static FormField Currency { get; } = new("currency", "Currency")
    {
        IsRequired = true,
        MaxLength = 3,
        Hint = "Such as USD. Create currencies in Settings.",
    };

    internal static FormField Account { get; } = new("accountId", "Account", InputKind.Choice)
    {
        Reference = References.Accounts,
        Hint = "Only this account can use it. None for any account.",
    };

    internal static FormField Bands { get; } = new("pricingBands", "Pricing bands", InputKind.Rows)
    {
        IsRequired = true,
        RowName = "pricing band",
        Hint = "A band applies above its lower limit. The first one has the lower limit 0.",
        Fields = BandFields,
    };

    internal static FormField OverageBands { get; } =
        new("overagePricingBands", "Bands beyond a prepayment", InputKind.Rows)
        {
            RowName = "pricing band",
            Hint = "What usage costs that a prepayment or a balance does not cover. Only if each band prices its own "
                + "units.",
            Fields = BandFields,
        };

    internal static IReadOnlyList<FormField> Dates { get; } =
    [
        new("startDate", "From (UTC)", InputKind.Instant) { IsRequired = true },
        new("endDate", "Until (UTC)", InputKind.Instant) { Hint = "Empty for no end." },
    ];

    private static IReadOnlyList<FormField> BandFields =>
    [
        new("lowerLimit", "Lower limit", InputKind.Decimal) { IsRequired = true, Default = "0" },
        new("fixedPrice", "Fixed price", InputKind.Decimal) { IsRequired = true, Default = "0" },
        new("unitPrice", "Unit price", InputKind.Decimal) { IsRequired = true, Default = "0" },
    ];

    /// <summary>Standing charge and minimum spend.</summary>
    internal static IReadOnlyList<FormField> Charges(bool isRequired = false) =>
    [
        new("standingCharge", "Standing charge", InputKind.Decimal)
        {
            Heading = "Charges",
            IsRequired = isRequired,
            Default = isRequired ? "0" : null,
        },
        new("standingChargeDescription", "Standing charge description") { MaxLength = 200 },
        new("minimumSpend", "Minimum spend", InputKind.Decimal),
        new("minimumSpendDescription", "Minimum spend description") { MaxLength = 200 },
    ];

    /// <summary>The plan or plan template of a price.</summary>
    internal static IReadOnlyList<FormField> Owner { get; } =
    [
        new("planId", "Plan", InputKind.Choice)
        {
            Reference = References.Plans,
            Hint = "Choose either a plan or a plan template.",
        },
        new("planTemplateId", "Plan template", InputKind.Choice)
        {
            Reference = References.PlanTemplates,
            Hint = "All of its plans have the price.",
        },
    ];
}
