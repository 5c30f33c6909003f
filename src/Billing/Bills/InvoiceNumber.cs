using System.Globalization;
using Tallystick.Billing.Calculation.Present;
using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.Bills;

/// <summary>
/// An issued sequential invoice number. Its id is derived from its text, so each text is stored only once. It is kept
/// if its bill is deleted.
/// </summary>
public sealed record InvoiceNumber : Resource
{
    /// <summary>The text before the number.</summary>
    public required string Prefix { get; init; }

    /// <summary>The number.</summary>
    public required long Number { get; init; }

    /// <summary>UUID of the bill that it was issued for.</summary>
    public required string BillId { get; init; }

    /// <summary>The number as issued.</summary>
    /// <param name="prefix">The text before it.</param>
    /// <param name="number">The number.</param>
    /// <param name="billId">UUID of the bill.</param>
    public static InvoiceNumber Of(string prefix, long number, string billId) => new()
    {
        Id = IdOf(TextOf(prefix, number)),
        Version = 1,
        Prefix = prefix,
        Number = number,
        BillId = billId,
    };

    /// <summary>The number as shown on the bill, such as <c>INVOICE-101</c>.</summary>
    public static string TextOf(string prefix, long number) =>
        prefix + number.ToString(CultureInfo.InvariantCulture);

    /// <summary>The id of the number with the text.</summary>
    public static string IdOf(string text) => ContentId.OfInvoice(text);

    /// <summary>
    /// Splits the text of a number into prefix and number: after the given prefix if it matches, otherwise before the
    /// trailing digits.
    /// </summary>
    /// <returns>Null if the text does not end with a number.</returns>
    public static (string Prefix, long Number)? Divide(string text, string? prefix)
    {
        if (!string.IsNullOrEmpty(prefix) && text.StartsWith(prefix, StringComparison.Ordinal)
            && long.TryParse(text.AsSpan(prefix.Length), NumberStyles.AllowLeadingSign,
                CultureInfo.InvariantCulture, out var known)
            && TextOf(prefix, known) == text)
            return (prefix, known);
        // Numbers are formatted without leading zeros, so leading zeros belong to the prefix.
        var digits = text.Length;
        while (digits > 0 && char.IsAsciiDigit(text[digits - 1]))
            digits--;
        while (digits < text.Length - 1 && text[digits] == '0')
            digits++;
        return long.TryParse(text.AsSpan(digits), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? (text[..digits], number)
            : null;
    }
}
