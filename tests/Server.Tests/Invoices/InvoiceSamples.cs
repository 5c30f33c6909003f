using System.Globalization;
using NodaTime;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Invoices;
using Tallystick.Foundation.Values;
using Tallystick.Printing;
using UglyToad.PdfPig;
using UglyToad.PdfPig.Content;

namespace Tallystick.Server.Tests.Invoices;

/// <summary>Bills with any lines, and what a reader other than the printer finds in their invoices.</summary>
internal static class InvoiceSamples
{
    internal static readonly Account Customer = new()
    {
        Name = "Northwind Traders Ltd",
        Code = "northwind",
        EmailAddress = "billing@example.com",
        Address = new Address
        {
            AddressLine1 = "12 Harbour Street",
            Locality = "Leith",
            PostCode = "EH6 6JJ",
            Country = "United Kingdom",
        },
    };

    internal static readonly InvoiceSettings Seller = new()
    {
        LegalName = "Acme Cloud GmbH",
        AddressLines = ["Lindenstraße 5", "10969 Berlin", "Germany"],
        TaxId = "DE 123 456 789",
        TaxText = "Reverse charge: the customer accounts for VAT.",
        PaymentText = "Please pay within 30 days to IBAN DE02 1203 0000 0000 2020 51, stating the invoice number.",
        Footer = "Acme Cloud GmbH · Amtsgericht Charlottenburg HRB 12345",
    };

    internal static Bill BillOf(IReadOnlyList<BillLineItem> lines) => new()
    {
        Id = "0199e5b2-7a41-7c33-8f00-5a3b1c2d4e5f",
        Version = 1,
        AccountId = "a",
        AccountCode = "northwind",
        StartDate = new LocalDate(2025, 1, 1),
        EndDate = new LocalDate(2025, 2, 1),
        StartDateTimeUtc = Instant.FromUtc(2025, 1, 1, 0, 0),
        EndDateTimeUtc = Instant.FromUtc(2025, 2, 1, 0, 0),
        BillDate = new LocalDate(2025, 2, 1),
        DueDate = new LocalDate(2025, 3, 3),
        BillingFrequency = BillingFrequency.Monthly,
        BillFrequencyInterval = 1,
        Timezone = "Europe/Berlin",
        Currency = "EUR",
        Locked = false,
        CreatedDate = Instant.FromUtc(2025, 2, 1, 6, 0),
        LastCalculatedDate = Instant.FromUtc(2025, 2, 1, 6, 0),
        Status = BillStatus.Approved,
        PurchaseOrderNumber = "PO-2025-17",
        SequentialInvoiceNumber = "INV-1042",
        LineItems = lines,
        BillTotal = lines.Sum(line => line.ConvertedSubtotal),
    };

    /// <summary>A line of usage in January.</summary>
    internal static BillLineItem Line(
        int number, string description, decimal units, decimal price, string product = "Compute") => new()
        {
            Id = string.Create(CultureInfo.InvariantCulture, $"line-{number}"),
            ProductId = product,
            ProductName = product,
            Description = description,
            Quantity = units,
            Units = units,
            Unit = "hour",
            Subtotal = decimal.Round(units * price, 2, MidpointRounding.AwayFromZero),
            Currency = "EUR",
            ConversionRate = 1,
            ConvertedSubtotal = decimal.Round(units * price, 2, MidpointRounding.AwayFromZero),
            LineItemType = LineItemType.Usage,
            AverageUnitPrice = price,
            SequenceNumber = number,
            UsagePerPricingBand = [new PricingBandUsage { UnitPrice = price, BandUnits = units, BandQuantity = units }],
            ServicePeriodStartDate = Instant.FromUtc(2024, 12, 31, 23, 0),
            ServicePeriodEndDate = Instant.FromUtc(2025, 1, 31, 23, 0),
        };

    /// <summary>Lines of three products, no two with the same amount.</summary>
    internal static IReadOnlyList<BillLineItem> Lines(int count) =>
    [
        .. Enumerable.Range(1, count).Select(number => Line(
            number,
            string.Create(CultureInfo.InvariantCulture, $"Service {number} of the region eu-west, with support"),
            1_000m + (37 * number), 0.0125m + number,
            number % 3 == 0 ? "Storage" : number % 3 == 1 ? "Compute" : "Network")),
    ];

    internal static async Task<byte[]> PrintAsync(
        Bill bill, Account? account = null, InvoiceSettings? settings = null, InvoiceFonts? fonts = null)
    {
        using var printer = new InvoicePrinter(fonts ?? new InvoiceFonts([]));
        var invoice = new InvoiceWriter(bill, _ => 2).Write(account ?? Customer, settings ?? Seller, "Acme");
        return await printer.PrintAsync(invoice, TestContext.Current.CancellationToken);
    }

    /// <summary>The lines of text of each page, from top to bottom, as an independent reader finds them.</summary>
    internal static IReadOnlyList<IReadOnlyList<string>> Read(byte[] pdf)
    {
        using var document = PdfDocument.Open(pdf);
        return [.. document.GetPages().Select(page => (IReadOnlyList<string>)[.. Rows(page)])];
    }

    private static IEnumerable<string> Rows(Page page) => page.Letters
        .GroupBy(letter => Math.Round(letter.StartBaseLine.Y, 1))
        .OrderByDescending(row => row.Key)
        .Select(row =>
        {
            var text = new System.Text.StringBuilder();
            var end = double.NaN;
            foreach (var letter in row.OrderBy(letter => letter.StartBaseLine.X))
            {
                if (letter.StartBaseLine.X - end > 3)
                    text.Append(" | ");
                text.Append(letter.Value);
                end = letter.EndBaseLine.X;
            }
            return text.ToString();
        });
}
