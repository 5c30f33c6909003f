using System.Globalization;
using System.Text;

namespace Tallystick.Foundation.Values;

/// <summary>
/// Parses a JSON number into a <see cref="decimal"/> without losing digits. Up to 28 significant digits and up to 28
/// decimal places are accepted; anything else is refused, never rounded.
/// </summary>
public static class ExactNumber
{
    /// <summary>Maximum number of digits from the first to the last nonzero digit.</summary>
    public const int MaximumDigits = 28;

    /// <summary>Maximum number of digits after the decimal point.</summary>
    public const int MaximumScale = 28;

    // A text of this length has no more digits than the framework parses exactly.
    private const int ShortText = 18;

    // Far more than 28 digits need, with an exponent.
    private const int MaximumText = 100;

    // Larger than any exponent that the digits of a request could offset, and far from overflow.
    private const long MaximumExponent = 1_000_000_000_000;

    /// <summary>The message for a number that is not accepted.</summary>
    public const string Rule = "must have at most 28 significant digits and at most 28 decimal places";

    private static readonly UInt128 DigitsLimit = UInt128.Parse(
        "10000000000000000000000000000", CultureInfo.InvariantCulture);

    /// <summary>The sum of two numbers of at most <see cref="MaximumDigits"/> digits.</summary>
    /// <returns>False if it has too many digits.</returns>
    public static bool TryAdd(decimal left, decimal right, out decimal sum)
    {
        // Neither is near the largest decimal, so the sum does not overflow, but a decimal rounds excess digits.
        sum = left + right;
        return sum - left == right && sum - right == left && HasAtMostMaximumDigits(sum);
    }

    /// <summary>Rounds the result of a calculation half-even to the digits that can be stored.</summary>
    /// <exception cref="OverflowException">The number has too many digits before the decimal point.</exception>
    public static decimal Fit(decimal number)
    {
        if (HasAtMostMaximumDigits(number))
            return number;
        return number.Scale > 0
            ? decimal.Round(number, number.Scale - 1, MidpointRounding.ToEven) : throw new OverflowException();
    }

    /// <summary>Parses text that may be a JSON number.</summary>
    /// <returns>False if the text is not a JSON number, or the number cannot be represented exactly.</returns>
    public static bool TryParse(string text, out decimal value)
    {
        value = 0;
        return text.Length is > 0 and <= MaximumText
            && decimal.TryParse(
                text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
                CultureInfo.InvariantCulture, out _)
            && (char.IsAsciiDigit(text[0]) || text[0] == '-') && char.IsAsciiDigit(text[^1])
            && TryParse(Encoding.UTF8.GetBytes(text), out value);
    }

    /// <summary>Parses <paramref name="text"/>, which is a valid JSON number.</summary>
    /// <returns>False if the number cannot be represented exactly.</returns>
    public static bool TryParse(ReadOnlySpan<byte> text, out decimal value)
    {
        value = 0;
        // Most numbers are short, and the framework parses those exactly and fast.
        if (text.Length <= ShortText)
            return TryParseShort(text, out value);
        return TryParseLong(text, out value);
    }

    // A decimal can also represent some numbers of 29 digits.
    private static bool HasAtMostMaximumDigits(decimal number)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(number, bits);
        var digits = new UInt128((uint)bits[2], ((ulong)(uint)bits[1] << 32) | (uint)bits[0]);
        for (var scale = number.Scale; scale > 0 && digits >= DigitsLimit && digits % 10 == 0; scale--)
            digits /= 10;
        return digits < DigitsLimit;
    }

    private static bool TryParseShort(ReadOnlySpan<byte> text, out decimal value)
    {
        if (text.IndexOfAny((byte)'e', (byte)'E') >= 0)
            return TryParseLong(text, out value);
        return decimal.TryParse(
            text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture, out value);
    }

    private static bool TryParseLong(ReadOnlySpan<byte> text, out decimal value)
    {
        value = 0;
        Span<byte> digits = stackalloc byte[MaximumDigits];
        var count = 0; // significant digits kept
        var trailingZeros = 0; // zeros seen since the last kept digit that is not zero
        long fraction = 0; // digits seen after the point
        long exponent = 0;
        var index = 0;
        var isNegative = text[0] == '-';
        if (isNegative)
            index++;
        var afterPoint = false;
        for (; index < text.Length; index++)
        {
            var c = text[index];
            if (c == '.')
            {
                afterPoint = true;
                continue;
            }
            if (c is (byte)'e' or (byte)'E')
            {
                if (!long.TryParse(
                    text[(index + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent)
                    || exponent is < -MaximumExponent or > MaximumExponent)
                    return IsZero(digits[..count], out value);
                break;
            }
            if (afterPoint)
                fraction++;
            if (c == '0')
            {
                if (count > 0)
                    trailingZeros++;
                continue;
            }
            if (count + trailingZeros + 1 > MaximumDigits)
                return false;
            for (; trailingZeros > 0; trailingZeros--)
                digits[count++] = 0;
            digits[count++] = (byte)(c - '0');
        }
        if (count == 0)
            return true;
        var scale = fraction - trailingZeros - exponent;
        if (scale > MaximumScale || count - Math.Min(scale, 0) > MaximumDigits)
            return false;
        foreach (var digit in digits[..count])
            value = (value * 10) + digit;
        for (; scale < 0; scale++)
            value *= 10;
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        value = new decimal(bits[0], bits[1], bits[2], isNegative, (byte)scale);
        return true;
    }

    private static bool IsZero(ReadOnlySpan<byte> digits, out decimal value)
    {
        value = 0;
        return digits.Length == 0;
    }
}
