using Tallystick.Client;
using Tallystick.Console.Forms;
using Tallystick.Console.Tables;

namespace Tallystick.Console.Pages.Metering.Counters;

/// <summary>The table and the form of counters.</summary>
internal static class CounterTable
{
    internal static TableDefinition<Counter> Definition { get; } = new()
    {
        Name = "counters",
        Operation = "GET counters",
        Load = query => query.Api.Client.Counters.ListAsync(query.PageSize, productId: query.List("productId")),
        Key = counter => counter.Id,
        Page = counter => $"counters/{counter.Id}",
        Filters = [MeteringFields.ProductFilter],
        Columns = new Columns<Counter>()
            .Text("Name", counter => counter.Name)
            .Code("Code", counter => counter.Code)
            .Text("Unit", counter => counter.Unit)
            .Reference("Product", References.Products, counter => counter.ProductId)
            .Time("Created", counter => counter.DtCreated)
            .Time("Last modified", counter => counter.DtLastModified).Extra()
            .Code("Id", counter => counter.Id).Extra(),
    };

    internal static IReadOnlyList<FormField> Fields { get; } =
    [
        .. FormField.NameAndCode,
        new("unit", "Unit") { IsRequired = true, MaxLength = 50, Hint = "The word on bills, such as seats." },
        MeteringFields.Product("None for a global counter, which any plan can price."),
    ];
}
