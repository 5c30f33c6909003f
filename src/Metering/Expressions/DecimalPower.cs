using System.Numerics;

namespace Tallystick.Metering.Expressions;

/// <summary>Powers of decimals, rounded once, half-even, to 28 significant digits and 28 places.</summary>
/// <remarks>
/// Integer powers are exact before rounding. Other powers are computed from logarithms with 60 decimal places, so that
/// 4 to the power of 0.5 is exactly 2.
/// </remarks>
internal static class DecimalPower
{
    // Maximum exponent for exact multiplication, which produces numbers with several thousand digits.
    private const int MaxExact = 128;
    private const int Places = 60;
    private const int MaxScale = 28;
    private const int SeriesWork = 2_000;

    private static readonly BigInteger One = BigInteger.Pow(10, Places);
    private static readonly BigInteger Ln2 = LnOfTwo();
    private static readonly BigInteger MaxDigits = (BigInteger.One << 96) - 1;

    /// <summary>The work of computing a power, in the units of <see cref="Evaluation.MaxWork"/>.</summary>
    internal static int WorkOf(decimal exponent) =>
        IsExact(exponent) ? 1 + (int)(exponent * exponent / 2) : SeriesWork;

    /// <summary>Ten to the power of an exponent from 0 to 28.</summary>
    internal static decimal OfTen(int exponent)
    {
        var result = 1m;
        for (; exponent > 0; exponent--)
            result *= 10;
        return result;
    }

    /// <summary>A number raised to a power.</summary>
    /// <exception cref="OverflowException">The result is too large.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no real result.</exception>
    internal static decimal Of(decimal number, decimal exponent)
    {
        if (exponent == 2)
            return number * number;
        if (IsExact(exponent))
            return Exact(number, (int)exponent);
        if (number == 0)
            return exponent > 0 ? 0 : throw new ArgumentOutOfRangeException(nameof(exponent), "0 to a negative power");
        var isOdd = exponent % 2 != 0;
        if (number < 0 && exponent != decimal.Truncate(exponent))
            throw new ArgumentOutOfRangeException(nameof(number), "a negative number to a power that is not whole");
        var magnitude = Exponential(Ln(Math.Abs(number)) * Fixed(exponent) / One);
        return number < 0 && isOdd ? -magnitude : magnitude;
    }

    private static bool IsExact(decimal exponent) =>
        Math.Abs(exponent) <= MaxExact && exponent == decimal.Truncate(exponent);

    private static decimal Exact(decimal number, int exponent)
    {
        var (digits, scale) = Parts(number);
        var power = BigInteger.Pow(digits, Math.Abs(exponent));
        var places = scale * Math.Abs(exponent);
        return exponent < 0 ? Ratio(BigInteger.Pow(10, places), power) : Ratio(power, BigInteger.Pow(10, places));
    }

    /// <summary>The decimal that is nearest to a ratio.</summary>
    private static decimal Ratio(BigInteger numerator, BigInteger denominator)
    {
        if (denominator.Sign < 0)
            (numerator, denominator) = (-numerator, -denominator);
        for (var scale = MaxScale; scale >= 0; scale--)
        {
            var digits = Rounded(numerator * BigInteger.Pow(10, scale), denominator);
            if (BigInteger.Abs(digits) <= MaxDigits)
                return Trimmed(digits, scale);
        }
        throw new OverflowException();
    }

    private static BigInteger Rounded(BigInteger dividend, BigInteger divisor)
    {
        var quotient = BigInteger.DivRem(BigInteger.Abs(dividend), divisor, out var rest);
        var twice = (rest * 2).CompareTo(divisor);
        if (twice > 0 || (twice == 0 && !quotient.IsEven))
            quotient++;
        return dividend.Sign < 0 ? -quotient : quotient;
    }

    private static decimal Trimmed(BigInteger digits, int scale)
    {
        while (scale > 0 && digits % 10 == 0)
        {
            digits /= 10;
            scale--;
        }
        return Decimal(digits, scale);
    }

    private static decimal Decimal(BigInteger digits, int scale)
    {
        var magnitude = BigInteger.Abs(digits);
        return new decimal(
            (int)(uint)(magnitude & uint.MaxValue), (int)(uint)((magnitude >> 32) & uint.MaxValue),
            (int)(uint)(magnitude >> 64), digits.Sign < 0, (byte)scale);
    }

    private static (BigInteger Digits, int Scale) Parts(decimal number)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(number, bits);
        var magnitude = ((BigInteger)(uint)bits[2] << 64) + ((BigInteger)(uint)bits[1] << 32) + (uint)bits[0];
        return (number < 0 ? -magnitude : magnitude, number.Scale);
    }

    private static BigInteger Fixed(decimal number)
    {
        var (digits, scale) = Parts(number);
        return digits * BigInteger.Pow(10, Places - scale);
    }

    // ln x = k ln 2 + 2 artanh((m - 1) / (m + 1)), where x = m 2^k and m lies between 2/3 and 4/3.
    private static BigInteger Ln(decimal number)
    {
        var value = Fixed(number);
        var power = 0;
        for (; value * 3 > One * 4; power++)
            value /= 2;
        for (; value * 3 < One * 2; power--)
            value *= 2;
        var ratio = (value - One) * One / (value + One);
        return power * Ln2 + 2 * InverseTangent(ratio);
    }

    private static BigInteger LnOfTwo() => 2 * InverseTangent(One / 3);

    private static BigInteger InverseTangent(BigInteger ratio)
    {
        var square = ratio * ratio / One;
        var sum = BigInteger.Zero;
        for (var (term, odd) = (ratio, 1); !term.IsZero; term = term * square / One, odd += 2)
            sum += term / odd;
        return sum;
    }

    // e^x = 2^k e^r, where r lies between 0 and ln 2.
    private static decimal Exponential(BigInteger exponent)
    {
        var powers = BigInteger.Divide(exponent - (exponent.Sign < 0 ? Ln2 : 0), Ln2);
        if (powers > 96)
            throw new OverflowException();
        if (powers < -2 * Places)
            return 0;
        var power = (int)powers;
        var rest = exponent - power * Ln2;
        var sum = BigInteger.Zero;
        for (var (term, number) = (One, 1); !term.IsZero; term = term * rest / One / number, number++)
            sum += term;
        return power >= 0
            ? Ratio(sum << power, One)
            : Ratio(sum, One << -power);
    }
}
