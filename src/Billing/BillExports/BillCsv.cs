using System.Globalization;
using System.Text;
using NodaTime;
using Tallystick.Billing.Bills;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.BillExports;

/// <summary>The formats of a CSV file of bills.</summary>
public enum BillFileFormat
{
    /// <summary>All data of bills and line items.</summary>
    Standard,

    /// <summary>The columns that Xero imports as sales invoices.</summary>
    Xero,
}

/// <summary>
/// Writes bills as CSV (RFC 4180), one row for each line item. A text that a spreadsheet would take for a formula is
/// preceded by an apostrophe.
/// </summary>
public static class BillCsv
{
    private const string FormulaStarts = "=+-@\t\r";

    private static readonly (string Name, Func<Row, object?> Value)[] Standard =
    [
        ("billId", row => row.Bill.Id),
        ("accountId", row => row.Bill.AccountId),
        ("accountCode", row => row.Bill.AccountCode),
        ("accountName", row => row.AccountName),
        ("billDate", row => row.Bill.BillDate),
        ("startDate", row => row.Bill.StartDate),
        ("endDate", row => row.Bill.EndDate),
        ("dueDate", row => row.Bill.DueDate),
        ("externalInvoiceDate", row => row.Bill.ExternalInvoiceDate),
        ("sequentialInvoiceNumber", row => row.Bill.SequentialInvoiceNumber),
        ("externalInvoiceReference", row => row.Bill.ExternalInvoiceReference),
        ("purchaseOrderNumber", row => row.Bill.PurchaseOrderNumber),
        ("status", row => JsonFormat.Name(row.Bill.Status)),
        ("locked", row => row.Bill.Locked ? "true" : "false"),
        ("billingFrequency", row => JsonFormat.Name(row.Bill.BillingFrequency)),
        ("billFrequencyInterval", row => (decimal)row.Bill.BillFrequencyInterval),
        ("timezone", row => row.Bill.Timezone),
        ("billCurrency", row => row.Bill.Currency),
        ("billTotal", row => row.Bill.BillTotal),
        ("lineItemId", row => row.Line.Id),
        ("sequenceNumber", row => (decimal)row.Line.SequenceNumber),
        ("lineItemType", row => JsonFormat.Name(row.Line.LineItemType)),
        ("description", row => row.Line.Description),
        ("servicePeriodStartDate", row => row.Line.ServicePeriodStartDate),
        ("servicePeriodEndDate", row => row.Line.ServicePeriodEndDate),
        ("quantity", row => row.Line.Quantity),
        ("units", row => row.Line.Units),
        ("unit", row => row.Line.Unit),
        ("averageUnitPrice", row => row.Line.AverageUnitPrice),
        ("subtotal", row => row.Line.Subtotal),
        ("currency", row => row.Line.Currency),
        ("conversionRate", row => row.Line.ConversionRate),
        ("convertedSubtotal", row => row.Line.ConvertedSubtotal),
        ("productId", row => row.Line.ProductId),
        ("productName", row => row.Line.ProductName),
        ("productCode", row => row.Line.ProductCode),
        ("accountingProductId", row => row.Line.AccountingProductId),
        ("accountingProductName", row => row.Line.AccountingProductName),
        ("accountingProductCode", row => row.Line.AccountingProductCode),
        ("planId", row => row.Line.PlanId),
        ("planGroupId", row => row.Line.PlanGroupId),
        ("pricingId", row => row.Line.PricingId),
        ("aggregationId", row => row.Line.AggregationId),
        ("compoundAggregationId", row => row.Line.CompoundAggregationId),
        ("meterId", row => row.Line.MeterId),
        ("counterId", row => row.Line.CounterId),
        ("chargeId", row => row.Line.ChargeId),
        ("commitmentId", row => row.Line.CommitmentId),
        ("balanceId", row => row.Line.BalanceId),
        ("contractId", row => row.Line.ContractId),
        ("childAccountId", row => row.Line.ChildAccountId),
        ("childAccountCode", row => row.Line.ChildAccountCode),
        ("reasonId", row => row.Line.ReasonId),
        ("referencedBillId", row => row.Line.ReferencedBillId),
        ("referencedLineItemId", row => row.Line.ReferencedLineItemId),
    ];

    // One unit at the amount of the line: quantity times unit price would not give the billed amount exactly. Xero
    // joins rows with the same invoice number, so a bill without a number is named by its whole id.
    private static readonly (string Name, Func<Row, object?> Value)[] Xero =
    [
        ("*ContactName", row => row.AccountName),
        ("*InvoiceNumber", row => row.Bill.SequentialInvoiceNumber ?? row.Bill.Id),
        ("Reference", row => row.Bill.PurchaseOrderNumber),
        ("*InvoiceDate", row => row.Bill.ExternalInvoiceDate ?? row.Bill.BillDate),
        ("*DueDate", row => row.Bill.DueDate),
        ("*Description", row => row.Line.Description),
        ("*Quantity", _ => 1m),
        ("*UnitAmount", row => row.Line.ConvertedSubtotal),
        ("*AccountCode", row => row.Line.AccountingProductCode ?? row.Line.ProductCode),
        ("*TaxType", _ => null),
        ("Currency", row => row.Bill.Currency),
    ];

    /// <summary>The line with the names of the columns.</summary>
    public static string Head(BillFileFormat format) =>
        $"{string.Join(',', ColumnsOf(format).Select(column => column.Name))}\r\n";

    /// <summary>The rows of a bill; empty for a bill without line items.</summary>
    /// <param name="format">The format.</param>
    /// <param name="bill">The bill.</param>
    /// <param name="accountName">Name of its account.</param>
    public static string Rows(BillFileFormat format, Bill bill, string accountName)
    {
        var text = new StringBuilder();
        foreach (var line in bill.LineItems ?? [])
        {
            var row = new Row(bill, line, accountName);
            text.AppendJoin(',', ColumnsOf(format).Select(column => Field(column.Value(row)))).Append("\r\n");
        }
        return text.ToString();
    }

    private static (string Name, Func<Row, object?> Value)[] ColumnsOf(BillFileFormat format) =>
        format == BillFileFormat.Xero ? Xero : Standard;

    // Numbers and dates are written as they are: a negative amount is no formula.
    private static string Field(object? value) => value switch
    {
        null => "",
        decimal number => number.ToString(CultureInfo.InvariantCulture),
        LocalDate date => InstantText.Write(date),
        Instant instant => InstantText.Write(instant),
        _ => Text((string)value),
    };

    private static string Text(string text)
    {
        var safe = text.Length > 0 && FormulaStarts.Contains(text[0]) ? $"'{text}" : text;
        return safe.AsSpan().IndexOfAny(",\"\r\n") < 0
            ? safe : $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    private sealed record Row(Bill Bill, BillLineItem Line, string AccountName);
}
