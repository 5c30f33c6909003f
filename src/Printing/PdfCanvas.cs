using System.Text;
using PdfSharp.Drawing;
using PdfSharp.Pdf;

namespace Tallystick.Printing;

/// <summary>
/// Draws on the pages of one A4 document, in points from the top left. The same drawing gives the same bytes.
/// </summary>
internal sealed class PdfCanvas : IDisposable
{
    internal const double Width = 595.28;
    internal const double Height = 841.89;

    private static readonly XPdfFontOptions Unicode = XPdfFontOptions.UnicodeDefault;

    private readonly InvoiceFonts _fonts;
    private readonly PdfDocument _document = new();
    private readonly Dictionary<(string Face, double Size), XFont> _sized = [];
    private readonly Dictionary<XColor, XSolidBrush> _brushes = [];
    private XGraphics? _page;

    internal PdfCanvas(InvoiceFonts fonts) => _fonts = fonts;

    internal int Pages => _document.PageCount;

    /// <summary>Adds a page and draws on it from now on.</summary>
    internal void AddPage()
    {
        var page = _document.AddPage();
        page.Width = XUnit.FromPoint(Width);
        page.Height = XUnit.FromPoint(Height);
        Use(page);
    }

    /// <summary>Draws on a page that exists.</summary>
    internal void Return(int index) => Use(_document.Pages[index]);

    /// <summary>Draws a line of text whose baseline starts at a point.</summary>
    internal void Text(string text, double x, double y, double size, XColor color, bool isBold = false)
    {
        foreach (var (face, part) in _fonts.Divide(text, isBold))
        {
            _page!.DrawString(part, Font(face, size), Brush(color), x, y);
            foreach (var character in part.EnumerateRunes())
                x += face.WidthOf(character) * size;
        }
    }

    /// <summary>Draws a line of text whose baseline ends at a point.</summary>
    internal void TextTo(string text, double right, double y, double size, XColor color, bool isBold = false) =>
        Text(text, right - WidthOf(text, size, isBold), y, size, color, isBold);

    internal double WidthOf(string text, double size, bool isBold) => _fonts.WidthOf(text, isBold) * size;

    internal double WidthOf(Rune character, double size, bool isBold) => _fonts.WidthOf(character, isBold) * size;

    internal void Line(double left, double right, double y, XColor color, double width = 0.6) =>
        _page!.DrawLine(new XPen(color, width), left, y, right, y);

    internal void Box(double x, double y, double width, double height, XColor color) =>
        _page!.DrawRectangle(Brush(color), x, y, width, height);

    /// <summary>Draws an image into a box, as large as its proportions allow.</summary>
    /// <returns>The height of the image; 0 if it cannot be drawn.</returns>
    internal double Image(byte[] image, double x, double y, double maxWidth, double maxHeight)
    {
        try
        {
            using var drawn = XImage.FromStream(new MemoryStream(image));
            var scale = Math.Min(maxWidth / drawn.PixelWidth, maxHeight / drawn.PixelHeight);
            _page!.DrawImage(drawn, x, y, drawn.PixelWidth * scale, drawn.PixelHeight * scale);
            return drawn.PixelHeight * scale;
        }
        // The image was checked when it was set, but only the library knows which images it can read.
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            return 0;
        }
    }

    /// <summary>The document.</summary>
    /// <param name="title">Its title.</param>
    /// <param name="created">When it was created, in UTC.</param>
    /// <param name="id">16 bytes that identify it.</param>
    internal byte[] Save(string title, DateTime created, ReadOnlySpan<byte> id)
    {
        _page?.Dispose();
        _page = null;
        _document.Info.Title = title;
        _document.Info.Creator = "Tallystick";
        _document.Info.CreationDate = created;
        _document.Info.ModificationDate = created;
        var identifier = Encoding.Latin1.GetString(id);
        _document.Internals.FirstDocumentID = identifier;
        _document.Internals.SecondDocumentID = identifier;
        using var stream = new MemoryStream();
        _document.Save(stream, closeStream: false);
        var bytes = stream.ToArray();
        RandomParts.Replace(bytes, new Guid(id));
        return bytes;
    }

    /// <summary>Draws and embeds a font, to see whether that is possible.</summary>
    internal static void Try(FontFace face)
    {
        using var document = new PdfDocument();
        using (var page = XGraphics.FromPdfPage(document.AddPage()))
            page.DrawString("0", new XFont(face.Name, 10, XFontStyleEx.Regular, Unicode), XBrushes.Black, 10, 10);
        document.Save(Stream.Null, closeStream: false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _page?.Dispose();
        _document.Dispose();
    }

    private void Use(PdfPage page)
    {
        _page?.Dispose();
        _page = XGraphics.FromPdfPage(page);
    }

    private XFont Font(FontFace face, double size)
    {
        if (!_sized.TryGetValue((face.Name, size), out var font))
            _sized[(face.Name, size)] = font = new XFont(face.Name, size, XFontStyleEx.Regular, Unicode);
        return font;
    }

    private XSolidBrush Brush(XColor color)
    {
        if (!_brushes.TryGetValue(color, out var brush))
            _brushes[color] = brush = new XSolidBrush(color);
        return brush;
    }
}
