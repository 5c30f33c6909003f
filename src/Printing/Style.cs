using PdfSharp.Drawing;

namespace Tallystick.Printing;

/// <summary>Sizes, colors and columns of invoices.</summary>
internal static class Style
{
    internal const double Left = 50;
    internal const double Right = PdfCanvas.Width - 50;
    internal const double Top = 50;

    /// <summary>Below it is only the footer.</summary>
    internal const double Bottom = PdfCanvas.Height - 62;

    internal const double Small = 7.5;
    internal const double Body = 8.5;
    internal const double LineHeight = 11.5;
    internal const double SmallLineHeight = 10;

    internal static readonly XColor Ink = XColor.FromArgb(31, 41, 51);
    internal static readonly XColor Grey = XColor.FromArgb(100, 112, 125);
    internal static readonly XColor Rule = XColor.FromArgb(217, 222, 228);
    internal static readonly XColor Accent = XColor.FromArgb(15, 98, 108);
    internal static readonly XColor Tint = XColor.FromArgb(241, 246, 247);

    /// <summary>A column of the table: its left edge, its right edge, and the heading.</summary>
    internal sealed record Column(double From, double To, string Heading)
    {
        internal double Width => To - From;
    }

    internal static readonly Column Description = new(Left + 8, Left + 176, "Description");
    internal static readonly Column Period = new(Left + 186, Left + 292, "Service period");
    internal static readonly Column Quantity = new(Left + 298, Left + 362, "Quantity");
    internal static readonly Column UnitPrice = new(Left + 368, Left + 426, "Unit price");
    internal static readonly Column Amount = new(Left + 432, Right - 8, "Amount");
}
