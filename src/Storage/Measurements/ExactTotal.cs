using System.Globalization;
using System.Numerics;
using Tallystick.Foundation.Values;

namespace Tallystick.Storage.Measurements;

/// <summary>
/// Combines partial results exactly, whatever their size: wide decimals of a database engine end at 38 digits, and a
/// <see cref="decimal"/> silently rounds beyond 28.
/// </summary>
/// <param name="Units">The total in units of 10^-28.</param>
internal readonly record struct ExactTotal(BigInteger Units)
{
    private const int Scale = ExactNumber.MaximumScale;

    private static readonly BigInteger Limit = BigInteger.Pow(10, ExactNumber.MaximumDigits);

    /// <summary>Parses a number that an engine wrote as plain decimal text, such as <c>-12.500000</c>.</summary>
    public static ExactTotal Parse(string text)
    {
        var point = text.IndexOf('.', StringComparison.Ordinal);
        var digits = point < 0 ? text : text.Remove(point, 1);
        var fraction = point < 0 ? 0 : text.Length - point - 1;
        var units = BigInteger.Parse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return OfUnits(units, fraction);
    }

    /// <summary>The number with the given count of units of 10^-<paramref name="scale"/>.</summary>
    public static ExactTotal OfUnits(BigInteger units, int scale) =>
        new(units * BigInteger.Pow(10, Scale - scale));

    public static ExactTotal operator +(ExactTotal left, ExactTotal right) => new(left.Units + right.Units);

    /// <exception cref="OverflowException">The number has more than 28 digits.</exception>
    public decimal ToDecimal()
    {
        return TryToDecimal() ?? throw new OverflowException(
            $"The result has more than {ExactNumber.MaximumDigits} digits and would have to be rounded: "
            + $"{Units} x 10^-{Scale}.");
    }

    /// <summary>The total divided by a count, rounded to 28 digits.</summary>
    public decimal MeanOf(long count)
    {
        if (TryToDecimal() is { } total)
            return total / count;
        // The total has too many digits for a decimal, but the mean is rounded anyway, so it need not be refused.
        var divisor = (BigInteger)count;
        var scale = Scale;
        for (; BigInteger.Abs(Units) >= Limit * divisor; scale--)
            divisor *= 10;
        var whole = BigInteger.DivRem(Units, divisor, out var remainder);
        var half = (BigInteger.Abs(remainder) * 2).CompareTo(divisor);
        if (half > 0 || (half == 0 && !whole.IsEven))
            whole += Units.Sign;
        return OfUnits(whole, scale).ToDecimal();
    }

    private decimal? TryToDecimal()
    {
        var units = Units;
        var scale = Scale;
        // Remove trailing zeros of the fraction by bisection: the fraction has at most 28, and 28 is less than 16 + 8 +
        // 4 + 2 + 1.
        for (var zeros = 16; zeros > 0; zeros /= 2)
        {
            if (zeros > scale)
                continue;
            var shorter = BigInteger.DivRem(units, BigInteger.Pow(10, zeros), out var cut);
            if (!cut.IsZero)
                continue;
            units = shorter;
            scale -= zeros;
        }
        if (BigInteger.Abs(units) >= Limit)
            return null;
        var value = (decimal)units;
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        return new decimal(bits[0], bits[1], bits[2], value < 0, (byte)scale);
    }
}
