using Tallystick.Client;
using Tallystick.Console.Forms;
using Tallystick.Console.Tables;

namespace Tallystick.Console.Pages.Metering.LookupTables;

/// <summary>The table and the form of lookup tables.</summary>
internal static class LookupTableTable
{
    internal static TableDefinition<LookupTable> Definition { get; } = new()
    {
        Name = "lookuptables",
        Operation = "GET lookuptables",
        Load = query => query.Api.Client.LookupTables.ListAsync(query.PageSize, additional: ["activeRevision"]),
        Key = table => table.Id,
        Page = table => $"lookuptables/{table.Id}",
        Columns = new Columns<LookupTable>()
            .Text("Name", table => table.Name)
            .Code("Code", table => table.Code)
            .Text("Published revision", table => table.ActiveRevision?.Name)
            .Quantity("Items", table => table.ActiveRevision?.ItemCount)
            .Time("Created", table => table.DtCreated)
            .Time("Last modified", table => table.DtLastModified).Extra()
            .Code("Id", table => table.Id).Extra(),
    };

    internal static IReadOnlyList<FormField> Fields { get; } = FormField.NameAndCode;

    /// <summary>The fields of a revision's form.</summary>
    internal static IReadOnlyList<FormField> RevisionFields { get; } =
    [
        new("name", "Name") { IsRequired = true, MaxLength = 200 },
        new("fields", "Fields", InputKind.Rows)
        {
            IsRequired = true,
            RowName = "field",
            Hint = "2 to 10. They cannot be changed while the revision has data.",
            Fields =
            [
                new("name", "Name") { IsRequired = true, MaxLength = 256 },
                new("type", "Type", InputKind.Choice)
                {
                    IsRequired = true,
                    Options = [new("STRING", "Text"), new("NUMBER", "Number")],
                },
            ],
        },
        new("keys", "Key fields", InputKind.Texts)
        {
            IsRequired = true,
            Hint = "Names of the fields by which items are found, separated by commas, in order.",
        },
        new("startDate", "Start date (UTC)", InputKind.Instant) { Hint = "For your own use. It has no effect." },
    ];
}
