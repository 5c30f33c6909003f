using Tallystick.Client;
using Tallystick.Console.Forms;
using Tallystick.Console.Tables;

namespace Tallystick.Console.Pages.Products;

/// <summary>The table and the form of products.</summary>
internal static class ProductTable
{
    internal static TableDefinition<Product> Definition { get; } = new()
    {
        Name = "products",
        Operation = "GET products",
        Load = query => query.Api.Client.Products.ListAsync(query.PageSize),
        Key = product => product.Id,
        Page = product => $"products/{product.Id}",
        Columns = new Columns<Product>()
            .Text("Name", product => product.Name)
            .Code("Code", product => product.Code)
            .Time("Created", product => product.DtCreated)
            .Time("Last modified", product => product.DtLastModified).Extra()
            .Code("Id", product => product.Id).Extra(),
    };

    internal static IReadOnlyList<FormField> Fields { get; } = FormField.NameAndCode;
}
