using System.Globalization;
using System.Numerics;

namespace Tallystick.Foundation.Values;

/// <summary>
/// An exact rational number, used between a quantity and an amount. Input and output are decimals; nothing is lost in
/// between: a third of 20.00 stays a third until the line is rounded once.
/// </summary>
public readonly struct Fraction : IEquatable<Fraction>, IComparable<Fraction>
{
    // A quotient that does not fit a decimal is truncated here; otherwise, all digits are shown.
    private const int MaxPlacesShown = 18;
    private const int MaxDigits = 28;

    private static readonly BigInteger DigitsLimit = BigInteger.Pow(10, MaxDigits);

    private Fraction(BigInteger numerator, BigInteger denominator)
    {
        var divisor = BigInteger.GreatestCommonDivisor(numerator, denominator) * denominator.Sign;
        Numerator = numerator / divisor;
        Denominator = denominator / divisor;
    }

    /// <summary>Zero.</summary>
    public static Fraction Zero => default;

    /// <summary>-1, 0 or 1.</summary>
    public int Sign => Numerator.Sign;

    private BigInteger Numerator { get; }

    /// <summary>Always positive. The field is 0 in default(Fraction), which represents zero.</summary>
    private BigInteger Denominator { get => field.IsZero ? BigInteger.One : field; }

    /// <summary>The quotient of two whole numbers.</summary>
    /// <exception cref="DivideByZeroException">The denominator is 0.</exception>
    public static Fraction Of(long numerator, long denominator) => denominator == 0
        ? throw new DivideByZeroException()
        : new Fraction(numerator, denominator);

    /// <summary>A decimal, exactly.</summary>
    public static implicit operator Fraction(decimal value)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        var mantissa = unchecked(
            ((BigInteger)(uint)bits[2] << 64) + ((BigInteger)(uint)bits[1] << 32) + (uint)bits[0]);
        return new Fraction(value < 0 ? -mantissa : mantissa, BigInteger.Pow(10, value.Scale));
    }

    /// <summary>The sum.</summary>
    public static Fraction operator +(Fraction a, Fraction b) => a.Denominator == b.Denominator
        ? new Fraction(a.Numerator + b.Numerator, a.Denominator)
        : new Fraction((a.Numerator * b.Denominator) + (b.Numerator * a.Denominator), a.Denominator * b.Denominator);

    /// <summary>The difference.</summary>
    public static Fraction operator -(Fraction a, Fraction b) => a + new Fraction(-b.Numerator, b.Denominator);

    /// <summary>The product.</summary>
    public static Fraction operator *(Fraction a, Fraction b) =>
        new(a.Numerator * b.Numerator, a.Denominator * b.Denominator);

    /// <summary>The quotient.</summary>
    /// <exception cref="DivideByZeroException">The divisor is 0.</exception>
    public static Fraction operator /(Fraction a, Fraction b) => b.Sign == 0
        ? throw new DivideByZeroException()
        : new Fraction(a.Numerator * b.Denominator, a.Denominator * b.Numerator);

    /// <summary>Whether the left is smaller.</summary>
    public static bool operator <(Fraction a, Fraction b) => a.CompareTo(b) < 0;

    /// <summary>Whether the left is greater.</summary>
    public static bool operator >(Fraction a, Fraction b) => a.CompareTo(b) > 0;

    /// <summary>Whether the left is smaller or equal.</summary>
    public static bool operator <=(Fraction a, Fraction b) => a.CompareTo(b) <= 0;

    /// <summary>Whether the left is greater or equal.</summary>
    public static bool operator >=(Fraction a, Fraction b) => a.CompareTo(b) >= 0;

    /// <summary>Whether both are the same number.</summary>
    public static bool operator ==(Fraction a, Fraction b) => a.Equals(b);

    /// <summary>Whether the numbers differ.</summary>
    public static bool operator !=(Fraction a, Fraction b) => !a.Equals(b);

    /// <summary>
    /// The number rounded to <paramref name="places"/> decimal places, without trailing zeros, so that equal numbers
    /// have the same text.
    /// </summary>
    /// <exception cref="CalculationException">
    /// The result does not fit a decimal, or the mode is <c>UNNECESSARY</c> and rounding would change the number.
    /// </exception>
    public decimal Round(int places, RoundingMode mode)
    {
        var whole = BigInteger.DivRem(Numerator * BigInteger.Pow(10, places), Denominator, out var remainder);
        if (!remainder.IsZero && IsAwayFromZero(whole, remainder, mode, places))
            whole += Numerator.Sign;
        CutZeros(ref whole, ref places);
        return TryDecimal(whole, places) ?? throw TooLarge();
    }

    /// <summary>
    /// The number as a decimal for display: exact if it fits 28 digits and 28 decimal places, otherwise rounded to 18
    /// decimal places or as many as fit.
    /// </summary>
    /// <exception cref="CalculationException">The number is greater than any decimal.</exception>
    public decimal ToDecimal()
    {
        return TryExact() ?? Round(Math.Clamp(MaxDigits - WholeDigits(), 0, MaxPlacesShown), RoundingMode.HalfUp);
    }

    /// <summary>
    /// The number as text without loss: a decimal if it is one with at most 28 digits, otherwise numerator and
    /// denominator, such as <c>40/3</c>.
    /// </summary>
    public string ToText() => TryExact()?.ToString(CultureInfo.InvariantCulture) ?? ToString();

    /// <summary>Parses the output of <see cref="ToText"/>.</summary>
    /// <exception cref="FormatException">The text is not a number.</exception>
    public static Fraction Parse(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash < 0
            ? decimal.Parse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture)
            : new Fraction(
                BigInteger.Parse(text.AsSpan(0, slash), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture),
                BigInteger.Parse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture));
    }

    /// <inheritdoc/>
    public int CompareTo(Fraction other) => (Numerator * other.Denominator).CompareTo(other.Numerator * Denominator);

    /// <inheritdoc/>
    public bool Equals(Fraction other) => Numerator == other.Numerator && Denominator == other.Denominator;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Fraction other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Numerator, Denominator);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Numerator}/{Denominator}");

    private bool IsAwayFromZero(BigInteger whole, BigInteger remainder, RoundingMode mode, int places)
    {
        var half = (BigInteger.Abs(remainder) * 2).CompareTo(Denominator);
        return mode switch
        {
            RoundingMode.Up => true,
            RoundingMode.Down => false,
            RoundingMode.Ceiling => Sign > 0,
            RoundingMode.Floor => Sign < 0,
            RoundingMode.HalfUp => half >= 0,
            RoundingMode.HalfDown => half > 0,
            RoundingMode.HalfEven => half > 0 || (half == 0 && !whole.IsEven),
            RoundingMode.Unnecessary => throw new CalculationException(string.Create(
                CultureInfo.InvariantCulture,
                $"{ToDecimal()} has more than {places} decimal places, and the rounding mode UNNECESSARY does not "
                    + $"allow rounding")),
        };
    }

    private decimal? TryExact()
    {
        var whole = BigInteger.DivRem(Numerator * DigitsLimit, Denominator, out var remainder);
        if (!remainder.IsZero)
            return null;
        var places = MaxDigits;
        CutZeros(ref whole, ref places);
        return BigInteger.Abs(whole) < DigitsLimit ? TryDecimal(whole, places) : null;
    }

    private static void CutZeros(ref BigInteger whole, ref int places)
    {
        while (places > 0 && (whole % 10).IsZero)
        {
            whole /= 10;
            places--;
        }
    }

    private static decimal? TryDecimal(BigInteger whole, int places)
    {
        var size = BigInteger.Abs(whole);
        if (size.GetBitLength() > 96)
            return null;
        var mask = (BigInteger)uint.MaxValue;
        return unchecked(new decimal(
            (int)(uint)(size & mask),
            (int)(uint)((size >> 32) & mask),
            (int)(uint)(size >> 64),
            whole.Sign < 0,
            (byte)places));
    }

    private int WholeDigits() =>
        (BigInteger.Abs(Numerator) / Denominator).ToString(CultureInfo.InvariantCulture).Length;

    private CalculationException TooLarge() => new(string.Create(
        CultureInfo.InvariantCulture,
        $"the amount {Numerator / Denominator} has too many digits to be billed exactly"));
}
