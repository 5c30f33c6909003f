using Tallystick.Console.Forms;
using Tallystick.Console.Tables;

namespace Tallystick.Console.Pages.Metering;

/// <summary>What lists and forms of metering have in common.</summary>
internal static class MeteringFields
{
    internal static TableFilter ProductFilter { get; } =
        new("productId", "Product") { Reference = References.Products, None = "Global" };

    internal static IReadOnlyList<Option> Roundings { get; } =
    [
        new("NONE", "None"), new("UP", "Up"), new("DOWN", "Down"), new("NEAREST", "Nearest"),
    ];

    /// <summary>How the quantities of an aggregation become units.</summary>
    internal static IReadOnlyList<FormField> Units { get; } =
    [
        new("unit", "Unit") { IsRequired = true, MaxLength = 50, Hint = "The word on bill lines, such as requests." },
        new("quantityPerUnit", "Quantity per unit", InputKind.Decimal)
        {
            IsRequired = true,
            Default = "1",
            Hint = "The quantity that makes up one billed unit: 1000 to price per thousand.",
        },
        new("rounding", "Rounding", InputKind.Choice)
        {
            IsRequired = true,
            Default = "NONE",
            Options = Roundings,
            Hint = "Of the number of units, after the division by the quantity per unit.",
        },
    ];

    internal static FormField AccountingProduct { get; } = new(
        "accountingProductId", "Accounting product", InputKind.Choice)
    {
        Reference = References.Products,
        Hint = "The product to which bill lines are attributed for accounting.",
    };

    /// <summary>The product of an entity that can be global.</summary>
    internal static FormField Product(string hint) => new("productId", "Product", InputKind.Choice)
    {
        Reference = References.Products,
        Hint = hint,
    };
}
