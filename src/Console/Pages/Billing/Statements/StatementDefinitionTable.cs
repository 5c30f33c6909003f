using Tallystick.Client;
using Tallystick.Console.Figures;
using Tallystick.Console.Forms;
using Tallystick.Console.Tables;

namespace Tallystick.Console.Pages.Billing.Statements;

/// <summary>The table and the form of statement definitions.</summary>
internal static class StatementDefinitionTable
{
    private const string AllFields = "Code of the field. Without one, all fields of the meter.";

    internal static TableDefinition<StatementDefinition> Definition { get; } = new()
    {
        Name = "statementdefinitions",
        Operation = "GET statementdefinitions",
        Load = query => query.Api.Client.StatementDefinitions.ListAsync(query.PageSize),
        Key = one => one.Id,
        Page = one => $"statementdefinitions/{one.Id}",
        Columns = new Columns<StatementDefinition>()
            .Text("Name", NameOf)
            .Text("Rows per", one => Words.Of(one.AggregationFrequency.Value))
            .Quantity("Dimensions", one => one.Dimensions?.Count ?? 0)
            .Quantity("Measures", one => one.Measures?.Count ?? 0)
            .Text("Price per unit", one => one.IncludePricePerUnit == true ? "Included" : "Not included")
            .Time("Last modified", one => one.DtLastModified).Extra()
            .Code("Id", one => one.Id).Extra(),
    };

    internal static IReadOnlyList<FormField> Fields { get; } =
    [
        new("name", "Name") { MaxLength = 200 },
        new("aggregationFrequency", "One row per", InputKind.Choice)
        {
            IsRequired = true,
            Default = AggregationFrequency.Day.Value,
            Options = Option.Of([
                .. new[]
                {
                    AggregationFrequency.Day, AggregationFrequency.Week, AggregationFrequency.Month,
                    AggregationFrequency.Quarter, AggregationFrequency.Year, AggregationFrequency.WholePeriod,
                }.Select(one => one.Value)]),
        },
        new("includePricePerUnit", "Show the price per unit", InputKind.Switch),
        new("generateSlimStatements", "Leave out rows without usage and columns without values", InputKind.Switch),
        new("measures", "Measures", InputKind.Rows)
        {
            RowName = "measure",
            Hint = "Numeric fields to show. Without any, the field that was billed.",
            Fields =
            [
                new("meterId", "Meter", InputKind.Choice) { Reference = References.Meters, IsRequired = true },
                new("name", "Field") { Hint = AllFields },
                new("aggregations", "Aggregations", InputKind.Texts)
                {
                    Default = AggregationMethod.Sum.Value,
                    Hint = "SUM, MIN, MAX, COUNT, LATEST, MEAN or UNIQUE, separated by commas.",
                },
            ],
        },
        new("dimensions", "Dimensions", InputKind.Rows)
        {
            RowName = "dimension",
            Hint = "Text fields by which usage is broken down.",
            Fields =
            [
                new("meterId", "Meter", InputKind.Choice) { Reference = References.Meters, IsRequired = true },
                new("name", "Field") { IsRequired = true, Hint = "Code of the field." },
                new("filter", "Values", InputKind.Texts)
                {
                    IsRequired = true,
                    Default = "*",
                    Hint = "The values to show, separated by commas; * shows all.",
                },
            ],
        },
    ];

    internal static string NameOf(StatementDefinition definition) =>
        string.IsNullOrEmpty(definition.Name) ? "Without a name" : definition.Name;
}
