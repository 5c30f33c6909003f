using Tallystick.Console.Pages.Products;

namespace Tallystick.Console.Tables;

/// <summary>The tables of all pages, for exports.</summary>
internal static class AllTables
{
    private static readonly ITable[] All =
    [
        ProductTable.Definition,
    ];

    /// <summary>The table with a name; null for none.</summary>
    internal static ITable? Find(string name) => All.FirstOrDefault(table => table.Name == name);
}
