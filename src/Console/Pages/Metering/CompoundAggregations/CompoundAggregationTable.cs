using Tallystick.Client;
using Tallystick.Console.Forms;
using Tallystick.Console.Tables;

namespace Tallystick.Console.Pages.Metering.CompoundAggregations;

/// <summary>The table and the form of compound aggregations.</summary>
internal static class CompoundAggregationTable
{
    internal static TableDefinition<CompoundAggregation> Definition { get; } = new()
    {
        Name = "compoundaggregations",
        Operation = "GET compoundaggregations",
        Load = query =>
            query.Api.Client.CompoundAggregations.ListAsync(query.PageSize, query.List("productId")),
        Key = compound => compound.Id,
        Page = compound => $"compoundaggregations/{compound.Id}",
        Filters = [MeteringFields.ProductFilter],
        Columns = new Columns<CompoundAggregation>()
            .Text("Name", compound => compound.Name)
            .Code("Code", compound => compound.Code)
            .Text("Unit", compound => compound.Unit)
            .Reference("Product", References.Products, compound => compound.ProductId)
            .Time("Created", compound => compound.DtCreated)
            .Text("Calculation", compound => compound.Calculation).Extra()
            .Time("Last modified", compound => compound.DtLastModified).Extra()
            .Code("Id", compound => compound.Id).Extra(),
    };

    internal static IReadOnlyList<FormField> Fields { get; } =
    [
        .. FormField.NameAndCode,
        MeteringFields.Product("None for a global one, which any plan can price."),
        new("calculation", "Calculation", InputKind.Formula)
        {
            IsRequired = true,
            MaxLength = 5000,
            Hint = "Such as aggregation.requests - aggregation.seats * 100. Faults are shown here with their column.",
        },
        new("evaluateNullAggregations", "Calculate even if an aggregation has no usage", InputKind.Switch),
        .. MeteringFields.Units,
        MeteringFields.AccountingProduct,
    ];
}
