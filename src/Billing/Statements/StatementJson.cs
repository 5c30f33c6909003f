using System.Text.Json;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Statements;

/// <summary>Writes a statement as JSON.</summary>
internal sealed class StatementJson(Statement statement, Utf8JsonWriter json)
{
    private readonly bool _isSlim = statement.Definition.GenerateSlimStatements is true;

    /// <summary>The document.</summary>
    internal static byte[] Write(Statement statement)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, JsonFormat.WriterOptions))
            new StatementJson(statement, json).Write();
        return stream.ToArray();
    }

    private void Write()
    {
        var bill = statement.Bill;
        json.WriteStartObject();
        json.WriteString("billId", bill.Id);
        json.WriteString("accountId", bill.AccountId);
        json.WriteString("accountCode", bill.AccountCode);
        json.WriteString("startDate", InstantText.Write(bill.StartDate));
        json.WriteString("endDate", InstantText.Write(bill.EndDate));
        json.WriteString("billDate", InstantText.Write(bill.BillDate));
        json.WriteString("timezone", bill.Timezone);
        json.WriteString("currency", bill.Currency);
        if (bill.SequentialInvoiceNumber is { } number)
            json.WriteString("sequentialInvoiceNumber", number);
        json.WriteString("lastCalculatedDate", InstantText.Write(bill.LastCalculatedDate));
        if (statement.Definition.Id.Length > 0)
            json.WriteString("statementDefinitionId", statement.Definition.Id);
        json.WriteString("aggregationFrequency", JsonFormat.Name(statement.Definition.AggregationFrequency));
        json.WriteStartArray("lineItems");
        foreach (var line in statement.Lines)
            WriteLine(line);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteLine(StatementLine stated)
    {
        var line = stated.Line;
        json.WriteStartObject();
        json.WriteString("id", line.Id);
        json.WriteString("description", line.Description);
        WriteIfGiven("productName", line.ProductName);
        WriteIfGiven("meterId", line.MeterId);
        WriteIfGiven("meterCode", stated.MeterCode.Length > 0 ? stated.MeterCode : null);
        WriteIfGiven("childAccountCode", line.ChildAccountCode);
        if (line.Segment is { } segment)
        {
            json.WriteStartObject("segment");
            foreach (var (field, value) in segment)
                json.WriteString(field, value);
            json.WriteEndObject();
        }
        json.WriteString("unit", line.Unit);
        json.WriteNumber("quantity", line.Quantity);
        if (statement.Definition.IncludePricePerUnit is true)
            json.WriteNumber("pricePerUnit", line.AverageUnitPrice);
        json.WriteStartArray("rows");
        foreach (var row in stated.Rows)
            WriteRow(row);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteIfGiven(string name, string? value)
    {
        if (value is not null)
            json.WriteString(name, value);
    }

    private void WriteRow(StatementRow row)
    {
        json.WriteStartObject();
        json.WriteString("start", InstantText.Write(row.Start));
        json.WriteString("end", InstantText.Write(row.End));
        json.WriteStartObject("dimensions");
        foreach (var (field, value) in row.Dimensions.Where(one => !_isSlim || one.Value is not null))
            json.WriteString(field, value);
        json.WriteEndObject();
        json.WriteStartObject("measures");
        foreach (var field in row.Measures.Where(one => !_isSlim || one.Value is not null).GroupBy(one => one.Field))
        {
            json.WriteStartObject(field.Key);
            foreach (var measure in field)
            {
                json.WritePropertyName(JsonFormat.Name(measure.Method));
                if (measure.Value is { } number)
                    json.WriteNumberValue(number);
                else
                    json.WriteNullValue();
            }
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
