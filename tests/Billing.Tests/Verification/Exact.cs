using System.Globalization;
using System.Numerics;

namespace Tallystick.Billing.Tests.Verification;

/// <summary>
/// An exact number of the verifier. It shares nothing with the product's arithmetic, so that a fault there cannot hide
/// itself.
/// </summary>
internal readonly struct Exact : IComparable<Exact>, IEquatable<Exact>
{
    private readonly BigInteger _top;
    private readonly BigInteger _bottomLessOne; // so that default is 0 / 1

    private Exact(BigInteger top, BigInteger bottom)
    {
        var common = BigInteger.GreatestCommonDivisor(top, bottom) * bottom.Sign;
        (_top, _bottomLessOne) = (top / common, (bottom / common) - 1);
    }

    public static Exact Zero => default;

    public int Sign => _top.Sign;

    private BigInteger Bottom => _bottomLessOne + 1;

    public static implicit operator Exact(int number) => new(number, 1);

    public static Exact operator +(Exact a, Exact b) =>
        new((a._top * b.Bottom) + (b._top * a.Bottom), a.Bottom * b.Bottom);

    public static Exact operator -(Exact a, Exact b) => a + -b;

    public static Exact operator -(Exact a) => new(-a._top, a.Bottom);

    public static Exact operator *(Exact a, Exact b) => new(a._top * b._top, a.Bottom * b.Bottom);

    public static Exact operator /(Exact a, Exact b) => new(a._top * b.Bottom, a.Bottom * b._top);

    public static bool operator <(Exact a, Exact b) => a.CompareTo(b) < 0;

    public static bool operator >(Exact a, Exact b) => a.CompareTo(b) > 0;

    public static bool operator <=(Exact a, Exact b) => a.CompareTo(b) <= 0;

    public static bool operator >=(Exact a, Exact b) => a.CompareTo(b) >= 0;

    public static bool operator ==(Exact a, Exact b) => a.Equals(b);

    public static bool operator !=(Exact a, Exact b) => !a.Equals(b);

    public static Exact Min(Exact a, Exact b) => a < b ? a : b;

    public static Exact Max(Exact a, Exact b) => a > b ? a : b;

    public static Exact Power10(int places) => places < 0
        ? new Exact(1, BigInteger.Pow(10, -places)) : new Exact(BigInteger.Pow(10, places), 1);

    /// <summary>Reads a whole number, a decimal such as <c>-1.50</c> or a fraction such as <c>40/3</c>.</summary>
    public static bool TryParse(string text, out Exact number)
    {
        number = default;
        var parts = text.Split('/');
        if (parts.Length > 2 || !TryDecimal(parts[0], out var top))
            return false;
        Exact bottom = 1;
        if (parts.Length == 2 && (!TryDecimal(parts[1], out bottom) || bottom.Sign == 0))
            return false;
        number = top / bottom;
        return true;
    }

    public static Exact Parse(string text) =>
        TryParse(text, out var number) ? number : throw new FormatException($"'{text}' is no number.");

    public Exact Abs() => new(BigInteger.Abs(_top), Bottom);

    /// <summary>Rounds in the mode with the API's name. <c>UNNECESSARY</c> must not change anything.</summary>
    public Exact Round(int places, string mode)
    {
        var scaled = Abs() * Power10(places);
        var whole = BigInteger.Divide(scaled._top, scaled.Bottom);
        var rest = scaled - new Exact(whole, 1);
        var middle = (rest * 2).CompareTo(1);
        var isUp = rest.Sign != 0 && mode switch
        {
            "UP" => true,
            "DOWN" => false,
            "CEILING" => Sign > 0,
            "FLOOR" => Sign < 0,
            "HALF_UP" => middle >= 0,
            "HALF_DOWN" => middle > 0,
            "HALF_EVEN" => middle > 0 || (middle == 0 && !whole.IsEven),
            "UNNECESSARY" => throw new FormatException($"{this} must not be rounded to {places} places."),
            _ => throw new FormatException($"'{mode}' is no rounding mode."),
        };
        return new Exact(Sign * (whole + (isUp ? 1 : 0)), 1) * Power10(-places);
    }

    /// <summary>
    /// The number as decimals of the API show it: all digits if there are at most 28, otherwise rounded to 18 places,
    /// or fewer for large numbers.
    /// </summary>
    public Exact Shown()
    {
        var digits = this * Power10(28);
        if (digits.Bottom.IsOne)
        {
            var significant = BigInteger.Abs(digits._top);
            var cut = 0;
            for (; cut < 28 && !significant.IsZero && (significant % 10).IsZero; cut++)
                significant /= 10;
            if (significant < BigInteger.Pow(10, 28))
                return this;
        }
        var whole = BigInteger.Divide(BigInteger.Abs(_top), Bottom).ToString(CultureInfo.InvariantCulture).Length;
        return Round(Math.Clamp(28 - whole, 0, 18), "HALF_UP");
    }

    public int CompareTo(Exact other) => (_top * other.Bottom).CompareTo(other._top * Bottom);

    public bool Equals(Exact other) => _top == other._top && _bottomLessOne == other._bottomLessOne;

    public override bool Equals(object? obj) => obj is Exact other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(_top, _bottomLessOne);

    public override string ToString()
    {
        var places = 0;
        for (; places <= 28 && !(this * Power10(places)).Bottom.IsOne; places++)
        {
        }
        if (places > 28)
            return string.Create(CultureInfo.InvariantCulture, $"{_top}/{Bottom}");
        var digits = BigInteger.Abs((this * Power10(places))._top).ToString(CultureInfo.InvariantCulture)
            .PadLeft(places + 1, '0');
        return (Sign < 0 ? "-" : "") + digits[..^places] + (places == 0 ? "" : "." + digits[^places..]);
    }

    private static bool TryDecimal(string text, out Exact number)
    {
        number = default;
        var point = text.IndexOf('.', StringComparison.Ordinal);
        var places = point < 0 ? 0 : text.Length - point - 1;
        var digits = point < 0 ? text : text.Remove(point, 1);
        if (!BigInteger.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
            return false;
        number = new Exact(whole, 1) * Power10(-places);
        return true;
    }
}
