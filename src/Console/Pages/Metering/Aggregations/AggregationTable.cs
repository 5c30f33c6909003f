using Tallystick.Client;
using Tallystick.Console.Forms;
using Tallystick.Console.Pages.Metering.Meters;
using Tallystick.Console.Tables;

namespace Tallystick.Console.Pages.Metering.Aggregations;

/// <summary>The table and the form of aggregations.</summary>
internal static class AggregationTable
{
    // With more, the form would be longer than anybody reads, and than a request may be.
    private const int MaxSegments = 100;

    internal static TableDefinition<Aggregation> Definition { get; } = new()
    {
        Name = "aggregations",
        Operation = "GET aggregations",
        Load = query => query.Api.Client.Aggregations.ListAsync(query.PageSize, query.List("productId")),
        Key = aggregation => aggregation.Id,
        Page = aggregation => $"aggregations/{aggregation.Id}",
        Filters = [MeteringFields.ProductFilter],
        Columns = new Columns<Aggregation>()
            .Text("Name", aggregation => aggregation.Name)
            .Code("Code", aggregation => aggregation.Code)
            .Reference("Meter", References.Meters, aggregation => aggregation.MeterId)
            .Text("Method", aggregation => NameOf(aggregation.Method))
            .Code("Field", aggregation => aggregation.TargetField)
            .Text("Unit", aggregation => aggregation.Unit)
            .Quantity("Segments", aggregation => aggregation.Segments?.Count)
            .Time("Created", aggregation => aggregation.DtCreated).Extra()
            .Time("Last modified", aggregation => aggregation.DtLastModified).Extra()
            .Code("Id", aggregation => aggregation.Id).Extra(),
    };

    internal static string NameOf(AggregationMethod method) =>
        method == AggregationMethod.CustomSql ? "Custom SQL" : Figures.Words.Of(method.Value);

    /// <summary>Whether the form shows the segments; those of larger aggregations stay as they are.</summary>
    internal static bool ShowsSegments(Aggregation? aggregation) =>
        aggregation?.Segments is not { Count: > MaxSegments };

    /// <summary>The fields of the form for a meter.</summary>
    internal static IReadOnlyList<FormField> FieldsFor(Meter meter, Aggregation? current)
    {
        var fields = MeterTable.FieldsOf(meter).ToList();
        var texts = fields
            .Where(field => field.IsDimension)
            .ToList();
        return
        [
            .. FormField.NameAndCode,
            new("meterId", "Meter", InputKind.Choice)
            {
                IsRequired = true,
                IsFixed = true,
                Options = [new Option(meter.Id, $"{meter.Name} ({meter.Code})")],
            },
            new("aggregation", "Method", InputKind.Choice)
            {
                IsRequired = true,
                Options =
                [
                    .. Option.Of("SUM", "MIN", "MAX", "COUNT", "LATEST", "MEAN", "UNIQUE"),
                    new Option("CUSTOM_SQL", "Custom SQL"),
                ],
                Hint = "Unique counts the different values of a text field. Custom SQL runs the query below.",
            },
            new("targetField", "Field", InputKind.Choice)
            {
                IsRequired = true,
                Options = [.. fields.Select(field => new Option(field.Code, $"{field.Name} ({field.Code})"))],
            },
            .. MeteringFields.Units,
            new("defaultValue", "Value without usage", InputKind.Decimal)
            {
                Hint = "Empty for no value, and so no bill line.",
            },
            .. texts.Count == 0 || !ShowsSegments(current) ? [] : Segments(texts),
            new("customSql", "Custom SQL", InputKind.Formula)
            {
                MaxLength = 50_000,
                Hint = "Only for the method Custom SQL: a SELECT that returns one number from the table measurements.",
            },
            MeteringFields.AccountingProduct,
        ];
    }

    /// <summary>The fields of a segment editor for texts by which usage can be divided.</summary>
    private static IEnumerable<FormField> Segments(List<MeterField> texts) =>
    [
        new("segmentedFields", "Segment by", InputKind.Choices)
        {
            Options = [.. texts.Select(text => new Option(text.Code, $"{text.Name} ({text.Code})"))],
            Hint = "Each segment of usage has its own quantity and its own price.",
        },
        new("segments", "Segments", InputKind.Rows)
        {
            RowName = "segment",
            Hint = "A value for each of the fields chosen above, and none for others. * matches any value.",
            Fields = [.. texts.Select(text => new FormField(text.Code, text.Name))],
        },
    ];
}
