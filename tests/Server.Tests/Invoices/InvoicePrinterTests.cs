using System.Globalization;
using Tallystick.Billing.Bills;
using Tallystick.Printing;
using static Tallystick.Server.Tests.Invoices.InvoiceSamples;

namespace Tallystick.Server.Tests.Invoices;

/// <summary>Holds the PDF invoice against what an independent library reads in it.</summary>
public sealed class InvoicePrinterTests
{
    [Theory]
    [InlineData(6, 1)]
    [InlineData(30, 2)]
    [InlineData(236, 12)]
    public async Task Invoice_OverPages_HasEveryLineAndAddsUp(int count, int pages)
    {
        var bill = BillOf(Lines(count));

        var read = Read(await PrintAsync(bill));

        read.Count.ShouldBe(pages);
        var rows = read.SelectMany(page => page).Where(row => row.Contains("2025-01-01", StringComparison.Ordinal)
            && row.StartsWith("Service ", StringComparison.Ordinal)).ToList();
        rows.Count.ShouldBe(count);
        foreach (var line in bill.LineItems!)
        {
            var amount = line.ConvertedSubtotal.ToString("N2", CultureInfo.InvariantCulture);
            var row = rows.Single(
                one => one.StartsWith(line.Description[..line.Description.IndexOf(',')], StringComparison.Ordinal));
            row.ShouldEndWith($" | {amount}");
            row.ShouldContain("2025-01-01 – 2025-01-31");
        }
        rows.Sum(AmountOf).ShouldBe(bill.BillTotal!.Value);
        read[^1].ShouldContain($"Total EUR | {bill.BillTotal.Value.ToString("N2", CultureInfo.InvariantCulture)}");
        foreach (var (index, page) in read.Index())
        {
            page[^1].ShouldEndWith($"Page {index + 1} of {pages}");
            page.ShouldContain("Description | Service period | Quantity | Unit price | Amount");
        }
    }

    [Fact]
    public async Task Invoice_Products_HaveTheSumsOfTheirLines()
    {
        var bill = BillOf(Lines(30));
        var read = Read(await PrintAsync(bill)).SelectMany(page => page).ToList();

        foreach (var product in bill.LineItems!.GroupBy(line => line.ProductName))
        {
            var sum = product.Sum(line => line.ConvertedSubtotal).ToString("N2", CultureInfo.InvariantCulture);
            read.ShouldContain($"{product.Key} | {sum}");
        }
    }

    [Fact]
    public async Task Invoice_HeaderAndNotes_SayWhoBillsWhomAndHowToPay()
    {
        var text = string.Join('\n', Read(await PrintAsync(BillOf(Lines(1)))).SelectMany(page => page));

        foreach (var expected in new[]
        {
            "Invoice", "Acme Cloud GmbH", "Lindenstraße 5", "10969 Berlin", "Tax ID DE 123 456 789",
            "Northwind Traders Ltd", "12 Harbour Street", "EH6 6JJ Leith", "INV-1042", "2025-02-01", "2025-03-03",
            "2025-01-01 – 2025-01-31", "northwind", "PO-2025-17", "Reverse charge", "IBAN DE02 1203", "HRB 12345",
        })
            text.ShouldContain(expected);
        text.ShouldNotContain("Draft");
    }

    [Fact]
    public async Task Invoice_PendingBill_IsADraft() =>
        Read(await PrintAsync(BillOf(Lines(1)) with { Status = BillStatus.Pending }))[0].ShouldContain("Draft invoice");

    [Fact]
    public async Task Invoice_OtherCurrencies_AreConvertedInSight()
    {
        var dollars = Line(2, "Support", 1, 100m) with
        {
            Currency = "USD",
            ConversionRate = 0.925m,
            ConvertedSubtotal = 92.5m,
        };

        var text = Read(await PrintAsync(BillOf([Line(1, "Compute hours", 10, 2m), dollars])))[0];

        text.ShouldContain(row => row.Contains("100.00 USD × 0.925", StringComparison.Ordinal));
        text.ShouldContain("100.00 USD, 1 USD = 0.925 EUR | 92.50");
        text.ShouldContain("Total EUR | 112.50");
    }

    [Fact]
    public async Task Invoice_Bands_AreListedUnderTheLine()
    {
        var banded = Line(1, "Requests", 1_500m, 0.1m) with
        {
            UsagePerPricingBand =
            [
                new PricingBandUsage { BandUnits = 1_000m, UnitPrice = 0.1m },
                new PricingBandUsage { BandUnits = 500m, UnitPrice = 0.085m, FixedPrice = 5m, LowerLimit = 1_000m },
            ],
            AverageUnitPrice = 0.0983333333333333333333333333m,
        };

        var text = Read(await PrintAsync(BillOf([banded])))[0];

        text.ShouldContain(row => row.StartsWith("1,000 × 0.10", StringComparison.Ordinal));
        text.ShouldContain(row => row.StartsWith("500 × 0.085 + 5.00", StringComparison.Ordinal));
        text.ShouldContain(row => row.Contains("~ 0.098333", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Ελληνική Τράπεζα Α.Ε. Ἀθῆναι")]
    [InlineData("ООО «Ромашка», Україна, Їжак, Ђ")]
    [InlineData("Łódź, Česká spořitelna, Đà Nẵng, €, ₽, ₹")]
    public async Task Invoice_LatinGreekAndCyrillic_AreReadable(string name)
    {
        var text = Read(await PrintAsync(
            BillOf([Line(1, name, 1, 1, name)]), Customer with { Name = name }, Seller with { LegalName = name }))[0];

        text.Count(row => row.Contains(name, StringComparison.Ordinal)).ShouldBeGreaterThanOrEqualTo(2);
    }

    [Fact]
    public async Task Invoice_UnknownScript_ShowsTheRest()
    {
        var text = Read(await PrintAsync(BillOf([Line(1, "Zone 東京 \ud83d\ude00 Օդ, and more", 3, 2m)])))[0];

        text.ShouldContain(row => row.StartsWith("Zone ", StringComparison.Ordinal)
            && row.Contains(", and more", StringComparison.Ordinal) && row.EndsWith("6.00", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Invoice_FontOfTheOperator_IsUsedForItsScript()
    {
        var file = Path.Combine(AppContext.BaseDirectory, "Invoices", "Armenian.ttf");
        var content = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        var fonts = new InvoiceFonts([(file, content)]);

        var text = Read(await PrintAsync(BillOf([Line(1, "Region Օդ 5", 3, 2m)]), fonts: fonts))[0];

        text.ShouldContain(row => row.StartsWith("Region Օդ 5 ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("no font")]
    [InlineData("\0\u0001\0\0\0\u0001\0\0\0\0\0\0cmap\0\0\0\0\uffff")]
    public void Font_Damaged_IsNamed(string content) =>
        Should.Throw<FormatException>(
                () => new InvoiceFonts([("odd.ttf", System.Text.Encoding.Latin1.GetBytes(content))]))
            .Message.ShouldContain("odd.ttf");

    [Theory]
    [InlineData("a\u0000b\u0007c\td\r\ne")]
    [InlineData("\u202eevil\u202c \u200b\ufeff")]
    [InlineData("\ud800 lonely \udc00")]
    [InlineData("(parenthesis) \\ <<dict>> /Name %comment endstream endobj")]
    [InlineData("")]
    [InlineData("      ")]
    public async Task Invoice_HostileText_IsPrinted(string text)
    {
        var bill = BillOf([Line(1, text, 3, 2m, text), Line(2, "After it", 1, 2m)]) with
        {
            SequentialInvoiceNumber = text,
            PurchaseOrderNumber = text,
        };

        var read = Read(await PrintAsync(
            bill, Customer with { Name = text },
            Seller with { LegalName = text, PaymentText = text, Footer = text }))[0];

        read.ShouldContain(row => row.StartsWith("After it", StringComparison.Ordinal)
            && row.EndsWith("2.00", StringComparison.Ordinal));
        read.ShouldContain("Total EUR | 8.00");
    }

    [Fact]
    public async Task Invoice_EndlessTexts_AreBoundedAndNoRowIsDivided()
    {
        var endless = new string('W', 100_000);
        var lines = Enumerable.Range(1, 12).Select(number => Line(
            number, number == 6 ? endless : string.Join(' ', Enumerable.Repeat($"word{number}", 60)), 1, 10m)).ToList();

        var read = Read(await PrintAsync(
            BillOf(lines), Customer with { Name = endless }, Seller with { LegalName = endless, Footer = endless }));

        read.Count.ShouldBeLessThan(8);
        for (var number = 1; number <= 12; number++)
        {
            if (number != 6)
                read.Count(page => page.Any(row => row.Contains($"word{number} ", StringComparison.Ordinal)))
                    .ShouldBe(1, $"line {number}");
        }
    }

    [Fact]
    public async Task Invoice_LargeFigures_AreWhole()
    {
        var line = Line(1, "Bytes", 1, 1) with
        {
            Units = 79228162514264337593543950335m,
            ConvertedSubtotal = 7922816251426433759354395033.5m,
            AverageUnitPrice = 0.0000000000000000000000000001m,
            UsagePerPricingBand = null,
        };

        var text = string.Join('\n', Read(await PrintAsync(BillOf([line])))[0]);

        text.ShouldContain("79,228,162,514,264,337,593,543,950,335");
        text.ShouldContain("7,922,816,251,426,433,759,354,395,033.50");
    }

    [Fact]
    public async Task Invoice_WithoutLines_SaysSo() =>
        Read(await PrintAsync(BillOf([])))[0].ShouldContain("No charges");

    [Fact]
    public async Task Invoice_MadeTwice_HasTheSameBytes()
    {
        var bill = BillOf(Lines(40));

        var (first, second) = (await PrintAsync(bill), await PrintAsync(bill));

        first.ShouldBe(second);
        (await PrintAsync(bill with { Version = 2 })).ShouldNotBe(first);
    }

    private static decimal AmountOf(string row) =>
        decimal.Parse(row[(row.LastIndexOf('|') + 1)..].Trim(), CultureInfo.InvariantCulture);
}
