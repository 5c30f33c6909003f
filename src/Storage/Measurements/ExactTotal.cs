using System.Globalization;
using System.Numerics;
using Tallystick.Foundation.Values;

namespace Tallystick.Storage.Measurements;

/// <summary>
/// Combines partial results, exact, whatever their size: an engine's wide decimals do not reach beyond 38 digits and
/// a <see cref="decimal"/> rounds beyond 28 without a word.
/// </summary>
/// <param name="Units">The total in units of 10^-18.</param>
internal readonly record struct ExactTotal(BigInteger Units)
{
    private const int Scale = ExactNumber.MaximumScale;

    private static readonly BigInteger Limit = BigInteger.Pow(10, ExactNumber.MaximumDigits);

    /// <summary>The number that an engine wrote as plain decimal text, such as <c>-12.500000</c>.</summary>
    public static ExactTotal Parse(string text)
    {
        var point = text.IndexOf('.', StringComparison.Ordinal);
        var digits = point < 0 ? text : text.Remove(point, 1);
        var fraction = point < 0 ? 0 : text.Length - point - 1;
        var units = BigInteger.Parse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return new ExactTotal(units * BigInteger.Pow(10, Scale - fraction));
    }

    /// <summary>The sum.</summary>
    public static ExactTotal operator +(ExactTotal left, ExactTotal right) => new(left.Units + right.Units);

    /// <exception cref="OverflowException">The number has more than 28 digits.</exception>
    public decimal ToDecimal()
    {
        var units = Units;
        var scale = Scale;
        while (scale > 0 && units % 10 == 0)
        {
            units /= 10;
            scale--;
        }
        if (BigInteger.Abs(units) >= Limit)
        {
            throw new OverflowException(
                $"The result has more than {ExactNumber.MaximumDigits} digits and would have to be rounded: "
                + $"{Units} x 10^-{Scale}.");
        }
        var value = (decimal)units;
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        return new decimal(bits[0], bits[1], bits[2], value < 0, (byte)scale);
    }
}
