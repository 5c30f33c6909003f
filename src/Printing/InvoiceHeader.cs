using Tallystick.Billing.Invoices;

namespace Tallystick.Printing;

/// <summary>The upper part of the first page: who bills whom, for what, and how much.</summary>
internal static class InvoiceHeader
{
    private const double LogoWidth = 170;
    private const double LogoHeight = 52;
    private const double Middle = Style.Left + 245;
    private const double LabelWidth = 82;
    private const int MaxNameLines = 3;
    private const int MaxAddressLines = 2;

    /// <summary>Draws it.</summary>
    internal static void Draw(InvoiceSheet sheet, Invoice invoice)
    {
        var top = sheet.Y;
        DrawTitle(sheet, invoice);
        var below = DrawSeller(sheet, invoice, top);
        sheet.Y = below + 26;
        var customer = DrawCustomer(sheet, invoice, sheet.Y);
        var facts = DrawFacts(sheet, invoice, sheet.Y);
        sheet.Y = Math.Max(customer, facts) + 12;
        DrawTotal(sheet, invoice);
    }

    private static void DrawTitle(InvoiceSheet sheet, Invoice invoice) =>
        sheet.Canvas.TextTo(invoice.Title, Style.Right, sheet.Y + 18, 20, Style.Accent, isBold: true);

    private static double DrawSeller(InvoiceSheet sheet, Invoice invoice, double y)
    {
        var logo = invoice.Logo is { } image ? sheet.Canvas.Image(image, Style.Left, y, LogoWidth, LogoHeight) : 0;
        if (logo > 0)
            y += logo + 14;
        var width = Middle - Style.Left - 20;
        foreach (var line in sheet.Lines(invoice.Seller.Name, width, logo > 0 ? 9.5 : 14, MaxNameLines, isBold: true))
        {
            y += logo > 0 ? 2 : 10;
            sheet.Canvas.Text(line, Style.Left, y, logo > 0 ? 9.5 : 14, Style.Ink, isBold: true);
            y += logo > 0 ? Style.LineHeight : 8;
        }
        y += 7;
        return DrawLines(sheet, invoice.Seller.Lines, Style.Left, y, width) - Style.LineHeight;
    }

    private static double DrawCustomer(InvoiceSheet sheet, Invoice invoice, double y)
    {
        var width = Middle - Style.Left - 20;
        sheet.Canvas.Text("Bill to", Style.Left, y, Style.Small, Style.Accent, isBold: true);
        y += 15;
        foreach (var line in sheet.Lines(invoice.Customer.Name, width, 10, MaxNameLines, isBold: true))
        {
            sheet.Canvas.Text(line, Style.Left, y, 10, Style.Ink, isBold: true);
            y += 14;
        }
        return DrawLines(sheet, invoice.Customer.Lines, Style.Left, y, width);
    }

    private static double DrawFacts(InvoiceSheet sheet, Invoice invoice, double y)
    {
        var width = Style.Right - Middle - LabelWidth;
        foreach (var fact in invoice.Facts)
        {
            sheet.Canvas.Text(fact.Label, Middle, y, Style.Body, Style.Grey);
            foreach (var line in sheet.Lines(fact.Value, width, Style.Body, MaxNameLines))
            {
                sheet.Canvas.Text(line, Middle + LabelWidth, y, Style.Body, Style.Ink);
                y += 13.5;
            }
        }
        return y;
    }

    private static void DrawTotal(InvoiceSheet sheet, Invoice invoice)
    {
        const double Height = 34;
        const double Size = 15;
        sheet.Canvas.Box(Style.Left, sheet.Y, Style.Right - Style.Left, Height, Style.Tint);
        sheet.Canvas.Text(invoice.Total.Label, Style.Left + 8, sheet.Y + 21.5, 10, Style.Accent, isBold: true);
        sheet.Canvas.TextTo(invoice.Total.Value, Style.Right - 8, sheet.Y + 22.5, Size, Style.Ink, isBold: true);
        sheet.Y += Height + 20;
    }

    private static double DrawLines(
        InvoiceSheet sheet, IReadOnlyList<string> lines, double x, double y, double width)
    {
        foreach (var line in lines.SelectMany(line => sheet.Lines(line, width, Style.Body, MaxAddressLines)))
        {
            sheet.Canvas.Text(line, x, y, Style.Body, Style.Grey);
            y += Style.LineHeight;
        }
        return y;
    }
}
