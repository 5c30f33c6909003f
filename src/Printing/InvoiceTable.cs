using Tallystick.Billing.Invoices;

namespace Tallystick.Printing;

/// <summary>
/// The table of lines, grouped by product. Its head is repeated on each page, and no row is divided between pages.
/// </summary>
internal static class InvoiceTable
{
    private const double HeadHeight = 20;
    private const double GroupHeight = 22;
    private const double Padding = 5;
    private const int MaxDescriptionLines = 24;
    private const int MaxDetails = 16;

    private static readonly Style.Column[] Columns =
        [Style.Description, Style.Period, Style.Quantity, Style.UnitPrice, Style.Amount];

    /// <summary>Draws it.</summary>
    internal static void Draw(InvoiceSheet sheet, Invoice invoice)
    {
        sheet.Repeat = () => DrawHead(sheet);
        sheet.Require(HeadHeight + GroupHeight + (3 * Style.LineHeight));
        if (sheet.Canvas.Pages == 1)
            DrawHead(sheet);
        foreach (var group in invoice.Groups)
        {
            var rows = group.Lines.Select(line => new Row(sheet, line)).ToList();
            // A group begins where its first row fits, too.
            sheet.Require(GroupHeight + rows[0].Height);
            DrawGroup(sheet, group);
            foreach (var row in rows)
            {
                sheet.Require(row.Height);
                row.Draw();
            }
        }
        if (invoice.Groups.Count == 0)
        {
            sheet.Canvas.Text("No charges", Style.Description.From, sheet.Y + 12, Style.Body, Style.Grey);
            sheet.Y += GroupHeight;
        }
        sheet.Repeat = null;
    }

    private static void DrawHead(InvoiceSheet sheet)
    {
        foreach (var column in Columns)
        {
            if (column == Style.Description || column == Style.Period)
                sheet.Canvas.Text(column.Heading, column.From, sheet.Y + 9, Style.Small, Style.Grey);
            else
                sheet.Canvas.TextTo(column.Heading, column.To, sheet.Y + 9, Style.Small, Style.Grey);
        }
        sheet.Canvas.Line(Style.Left, Style.Right, sheet.Y + 15, Style.Accent, width: 0.9);
        sheet.Y += HeadHeight;
    }

    private static void DrawGroup(InvoiceSheet sheet, InvoiceGroup group)
    {
        var width = Style.Amount.From - Style.Description.From - 8;
        var title = sheet.Fit(group.Title, width, Style.Body, true);
        sheet.Canvas.Text(title, Style.Description.From, sheet.Y + 13, Style.Body, Style.Ink, isBold: true);
        sheet.Figure(group.Sum, Style.Amount, sheet.Y + 13, Style.Ink, isBold: true);
        sheet.Y += GroupHeight;
    }

    private sealed class Row
    {
        private readonly InvoiceSheet _sheet;
        private readonly InvoiceLine _line;
        private readonly IReadOnlyList<string> _description;
        private readonly IReadOnlyList<string> _details;
        private readonly IReadOnlyList<string> _unit;

        internal Row(InvoiceSheet sheet, InvoiceLine line)
        {
            (_sheet, _line) = (sheet, line);
            _description = sheet.Lines(line.Description, Style.Description.Width, Style.Body, MaxDescriptionLines);
            _details =
            [
                .. Shown(line.Details).SelectMany(
                    detail => sheet.Lines(detail, Style.Description.Width, Style.Small, 2)),
            ];
            _unit = line.Unit is null ? [] : sheet.Lines(line.Unit, Style.Quantity.Width, Style.Small, 2);
        }

        internal double Height => (2 * Padding) + Math.Max(
            (_description.Count * Style.LineHeight) + (_details.Count * Style.SmallLineHeight),
            Style.LineHeight + (_unit.Count * Style.SmallLineHeight));

        internal void Draw()
        {
            var y = _sheet.Y + Padding + 8;
            _sheet.Figure(_line.Amount, Style.Amount, y, Style.Ink);
            if (_line.Period is { } period)
                _sheet.Canvas.Text(period, Style.Period.From, y, Style.Small, Style.Grey);
            if (_line.UnitPrice is { } price)
                _sheet.Figure(price, Style.UnitPrice, y, Style.Ink);
            if (_line.Quantity is { } quantity)
                _sheet.Figure(quantity, Style.Quantity, y, Style.Ink);
            foreach (var (index, unit) in _unit.Index())
                _sheet.Canvas.TextTo(
                    unit, Style.Quantity.To, y + ((index + 1) * Style.SmallLineHeight), Style.Small, Style.Grey);
            foreach (var text in _description)
            {
                _sheet.Canvas.Text(text, Style.Description.From, y, Style.Body, Style.Ink);
                y += Style.LineHeight;
            }
            foreach (var text in _details)
            {
                _sheet.Canvas.Text(text, Style.Description.From, y - 1, Style.Small, Style.Grey);
                y += Style.SmallLineHeight;
            }
            _sheet.Y += Height;
            _sheet.Canvas.Line(Style.Left, Style.Right, _sheet.Y, Style.Rule, width: 0.4);
        }

        private static IEnumerable<string> Shown(IReadOnlyList<string> details) => details.Count <= MaxDetails
            ? details
            : details.Take(MaxDetails).Append(FormattableString.Invariant(
                $"\u2026 and {details.Count - MaxDetails} more"));
    }
}
