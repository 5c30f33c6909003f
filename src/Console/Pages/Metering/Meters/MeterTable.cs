using Tallystick.Client;
using Tallystick.Console.Forms;
using Tallystick.Console.Tables;

namespace Tallystick.Console.Pages.Metering.Meters;

/// <summary>The table and the form of meters.</summary>
internal static class MeterTable
{
    private static readonly IReadOnlyList<FormField> FieldOfMeter =
    [
        new("name", "Name") { IsRequired = true, MaxLength = 200 },
        new("code", "Code", InputKind.Code) { IsRequired = true, MaxLength = 80 },
        new("category", "Category", InputKind.Choice)
        {
            IsRequired = true,
            Options =
            [
                new("MEASURE", "Measure (number)"), new("COST", "Cost (number)"), new("INCOME", "Income (number)"),
                new("WHO", "Who (text)"), new("WHAT", "What (text)"), new("WHERE", "Where (text)"),
                new("OTHER", "Other (text)"), new("METADATA", "Metadata (text)"),
            ],
        },
        new("unit", "Unit") { MaxLength = 50 },
    ];

    internal static TableDefinition<Meter> Definition { get; } = new()
    {
        Name = "meters",
        Operation = "GET meters",
        Load = query => query.Api.Client.Meters.ListAsync(query.PageSize, query.List("productId")),
        Key = meter => meter.Id,
        Page = meter => $"meters/{meter.Id}",
        Filters = [MeteringFields.ProductFilter],
        Columns = new Columns<Meter>()
            .Text("Name", meter => meter.Name)
            .Code("Code", meter => meter.Code)
            .Reference("Product", References.Products, meter => meter.ProductId)
            .Quantity("Data fields", meter => meter.DataFields.Count)
            .Quantity("Derived fields", meter => meter.DerivedFields.Count)
            .Time("Created", meter => meter.DtCreated)
            .Time("Last modified", meter => meter.DtLastModified).Extra()
            .Code("Id", meter => meter.Id).Extra(),
    };

    internal static IReadOnlyList<FormField> Fields { get; } =
    [
        .. FormField.NameAndCode,
        MeteringFields.Product("None for a global meter, which any product can use."),
        new("dataFields", "Data fields", InputKind.Rows)
        {
            IsRequired = true,
            RowName = "data field",
            Hint = "What every measurement contains. Numbers are measured; texts say who, what or where.",
            Fields = FieldOfMeter,
        },
        new("derivedFields", "Derived fields", InputKind.Rows)
        {
            RowName = "derived field",
            Hint = "Computed from the data fields, and from derived fields listed before, when a measurement arrives.",
            Fields =
            [
                .. FieldOfMeter,
                new("calculation", "Calculation", InputKind.Formula) { IsRequired = true, MaxLength = 5000 },
            ],
        },
    ];

    /// <summary>Whether the values of a field are numbers.</summary>
    internal static bool IsNumber(DataFieldCategory category) =>
        category == DataFieldCategory.Measure || category == DataFieldCategory.Cost
        || category == DataFieldCategory.Income;

    /// <summary>Data and derived fields.</summary>
    internal static IEnumerable<MeterField> FieldsOf(Meter meter) =>
        meter.DataFields.Select(field => new MeterField(field.Code, field.Name, field.Category))
            .Concat(meter.DerivedFields.Select(field => new MeterField(field.Code, field.Name, field.Category)));
}

/// <summary>A data field or a derived field.</summary>
/// <param name="Code">Its code.</param>
/// <param name="Name">Its name.</param>
/// <param name="Category">What it describes.</param>
internal sealed record MeterField(string Code, string Name, DataFieldCategory Category)
{
    /// <summary>Whether its values are numbers.</summary>
    internal bool IsNumber => MeterTable.IsNumber(Category);

    /// <summary>Whether usage can be divided by it.</summary>
    internal bool IsDimension => !IsNumber && Category != DataFieldCategory.Metadata;
}
