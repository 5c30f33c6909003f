using System.Globalization;
using System.Text;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Statements;

/// <summary>Writes a statement as CSV (RFC 4180): a row for each value of each row of each line.</summary>
internal static class StatementCsv
{
    private static readonly string[] First =
        ["lineItemId", "description", "productName", "meterCode", "childAccountCode", "segment", "unit", "quantity"];

    /// <summary>The document.</summary>
    internal static byte[] Write(Statement statement)
    {
        var csv = new StringBuilder();
        var isPriced = statement.Definition.IncludePricePerUnit is true;
        string[] dimensions =
            [.. statement.Lines.SelectMany(line => line.Rows.Take(1)).SelectMany(row => row.Dimensions)
                .Select(value => value.Key).Distinct()];
        Append(csv,
        [
            .. First, .. isPriced ? ["pricePerUnit"] : Array.Empty<string>(), "start", "end", .. dimensions, "measure",
            "aggregation", "value",
        ]);
        foreach (var line in statement.Lines)
        {
            foreach (var row in line.Rows)
                AppendRow(csv, statement, line, row, dimensions);
        }
        return Encoding.UTF8.GetBytes(csv.ToString());
    }

    private static void AppendRow(
        StringBuilder csv, Statement statement, StatementLine stated, StatementRow row, string[] dimensions)
    {
        var line = stated.Line;
        string?[] before =
        [
            line.Id, line.Description, line.ProductName, stated.MeterCode, line.ChildAccountCode,
            line.Segment is null ? null : string.Join(", ", line.Segment.Select(part => $"{part.Key}: {part.Value}")),
            line.Unit, Number(line.Quantity),
            .. statement.Definition.IncludePricePerUnit is true
                ? [Number(line.AverageUnitPrice)] : Array.Empty<string?>(),
            InstantText.Write(row.Start), InstantText.Write(row.End),
            .. dimensions.Select(field => row.Dimensions.FirstOrDefault(value => value.Key == field).Value),
        ];
        var isSlim = statement.Definition.GenerateSlimStatements is true;
        foreach (var measure in row.Measures.Where(one => !isSlim || one.Value is not null))
            Append(csv, [.. before, measure.Field, JsonFormat.Name(measure.Method), Number(measure.Value)]);
    }

    private static string? Number(decimal? number) => number?.ToString(CultureInfo.InvariantCulture);

    private static void Append(StringBuilder csv, IReadOnlyList<string?> cells)
    {
        foreach (var (index, cell) in cells.Index())
        {
            if (index > 0)
                csv.Append(',');
            if (cell is null)
                continue;
            if (cell.AsSpan().IndexOfAny("\",\r\n") < 0)
                csv.Append(cell);
            else
                csv.Append('"').Append(cell.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
        }
        csv.Append("\r\n");
    }
}
