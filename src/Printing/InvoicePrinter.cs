using System.Security.Cryptography;
using System.Text;
using Tallystick.Billing.Invoices;

namespace Tallystick.Printing;

/// <summary>Makes PDF documents of invoices. The same invoice and fonts always give the same bytes.</summary>
public sealed class InvoicePrinter(InvoiceFonts fonts) : IDisposable
{
    // One at a time: a long invoice takes a processor for a while, and the fonts of the library are shared.
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Makes the PDF document of an invoice.</summary>
    public async Task<byte[]> PrintAsync(Invoice invoice, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(() => Print(invoice), cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private byte[] Print(Invoice invoice)
    {
        var name = TextLines.Clean($"{invoice.Title} {invoice.Number}");
        using var sheet = new InvoiceSheet(fonts, $"{invoice.Seller.Name} \u00b7 {name}");
        InvoiceHeader.Draw(sheet, invoice);
        InvoiceTable.Draw(sheet, invoice);
        DrawTotals(sheet, invoice);
        DrawNotes(sheet, invoice);
        sheet.NumberPages(invoice.Footer);
        return sheet.Canvas.Save(
            name, invoice.Created.ToDateTimeUtc(), SHA256.HashData(Encoding.UTF8.GetBytes(invoice.Id)).AsSpan(0, 16));
    }

    private static void DrawTotals(InvoiceSheet sheet, Invoice invoice)
    {
        const double TotalHeight = 34;
        var left = Style.Period.From;
        var width = Style.Amount.From - left - 8;
        var height = TotalHeight + (invoice.Subtotals.Count * Style.LineHeight);
        // Many currencies and rates go over several pages.
        sheet.Require(Math.Min(height, 200));
        sheet.Y += 8;
        foreach (var fact in invoice.Subtotals)
        {
            sheet.Require(Style.LineHeight + TotalHeight);
            sheet.Canvas.Text(
                sheet.Fit(fact.Label, width, Style.Small, false), left, sheet.Y + 9, Style.Small, Style.Grey);
            sheet.Figure(fact.Value, Style.Amount, sheet.Y + 9, Style.Grey);
            sheet.Y += Style.LineHeight;
        }
        sheet.Y += 4;
        sheet.Canvas.Line(left, Style.Right, sheet.Y, Style.Accent, width: 0.9);
        sheet.Canvas.Text(invoice.Total.Label, left, sheet.Y + 15, 10, Style.Ink, isBold: true);
        sheet.Canvas.TextTo(invoice.Total.Value, Style.Amount.To, sheet.Y + 15, 10, Style.Ink, isBold: true);
        sheet.Y += TotalHeight - 8;
    }

    private static void DrawNotes(InvoiceSheet sheet, Invoice invoice)
    {
        foreach (var note in invoice.Notes)
        {
            sheet.Y += 14;
            foreach (var line in sheet.Lines(note, Style.Right - Style.Left, Style.Body))
            {
                sheet.Require(Style.LineHeight);
                sheet.Canvas.Text(line, Style.Left, sheet.Y + 9, Style.Body, Style.Grey);
                sheet.Y += Style.LineHeight;
            }
        }
    }
}
