using System.Globalization;
using PdfSharp.Drawing;

namespace Tallystick.Printing;

/// <summary>The pages of an invoice, filled from top to bottom.</summary>
internal sealed class InvoiceSheet : IDisposable
{
    private readonly InvoiceFonts _fonts;
    private readonly string _continuation;

    /// <summary>Begins with the first page.</summary>
    /// <param name="fonts">The fonts.</param>
    /// <param name="continuation">What stands at the top of the following pages.</param>
    internal InvoiceSheet(InvoiceFonts fonts, string continuation)
    {
        (_fonts, _continuation) = (fonts, continuation);
        Canvas = new PdfCanvas(fonts);
        Canvas.AddPage();
    }

    internal PdfCanvas Canvas { get; }

    /// <summary>The distance from the top down to which the page is filled.</summary>
    internal double Y { get; set; } = Style.Top;

    /// <summary>Draws what is repeated at the top of each page.</summary>
    internal Action? Repeat { get; set; }

    /// <summary>Begins a page, unless the current one has room.</summary>
    internal void Require(double height)
    {
        if (Y + height <= Style.Bottom)
            return;
        Canvas.AddPage();
        Canvas.Text(
            Fit(_continuation, Style.Right - Style.Left, Style.Small, false), Style.Left, Style.Top, Style.Small,
            Style.Grey);
        Y = Style.Top + 14;
        Repeat?.Invoke();
    }

    /// <summary>The lines of a text.</summary>
    internal IReadOnlyList<string> Lines(
        string text, double width, double size, int limit = int.MaxValue, bool isBold = false) =>
        Dividing(size, isBold).Divide(text, width, limit);

    /// <summary>A text on one line, shortened to a width.</summary>
    internal string Fit(string text, double width, double size, bool isBold) =>
        Dividing(size, isBold).Single(text, width);

    /// <summary>Draws a figure to the right edge of a column: smaller if it is long, but never cut.</summary>
    internal void Figure(string text, Style.Column column, double y, XColor color, bool isBold = false)
    {
        var size = Style.Body;
        while (size > 2 && Canvas.WidthOf(text, size, isBold) > column.Width)
            size -= 0.5;
        Canvas.TextTo(text, column.To, y, size, color, isBold);
    }

    /// <summary>Adds the footer to all pages.</summary>
    internal void NumberPages(string? footer)
    {
        const double Y = PdfCanvas.Height - 36;
        var pages = Canvas.Pages;
        for (var page = 0; page < pages; page++)
        {
            Canvas.Return(page);
            Canvas.Line(Style.Left, Style.Right, Y - 14, Style.Rule);
            if (footer is not null)
                Canvas.Text(
                    Fit(footer, Style.Right - Style.Left - 90, Style.Small, false), Style.Left, Y, Style.Small,
                    Style.Grey);
            Canvas.TextTo(
                string.Create(CultureInfo.InvariantCulture, $"Page {page + 1} of {pages}"), Style.Right, Y,
                Style.Small, Style.Grey);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Canvas.Dispose();

    private TextLines Dividing(double size, bool isBold) =>
        new(character => _fonts.WidthOf(character, isBold) * size);
}
