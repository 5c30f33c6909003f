using System.Numerics;
using Tallystick.Foundation.Values;

namespace Tallystick.Storage.Measurements.DuckDb;

/// <summary>Converts decimals to and from the integers by which the engine represents them.</summary>
internal static class ExactDecimal
{
    private const ulong NarrowLimit = 1_000_000_000_000_000_000; // 10^12 with 6 digits after the point

    private static readonly UInt128 ShortLimit = UInt128.CreateChecked(BigInteger.Pow(10, ExactNumber.MaximumDigits));

    private static ReadOnlySpan<ulong> PowersOfTen => [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000];

    /// <summary>The first tier that holds a number exactly.</summary>
    public static ColumnKind TierOf(decimal number) =>
        TryNarrow(number, out _) ? ColumnKind.Narrow : ColumnKinds.TierOf(number);

    /// <summary>The integer for a number that belongs to a tier: the number times 10^scale.</summary>
    /// <returns>False if the number belongs to another tier.</returns>
    public static bool TryUnscale(decimal number, ColumnKind tier, out Int128 unscaled)
    {
        unscaled = 0;
        if (TryNarrow(number, out var narrow))
        {
            unscaled = narrow;
            return tier == ColumnKind.Narrow;
        }
        if (ColumnKinds.TierOf(number) != tier)
            return false;
        unscaled = Unscaled(number, tier.Scale());
        return true;
    }

    private static Int128 Unscaled(decimal number, int scale)
    {
        // Digits beyond the scale of the tier can only be zeros.
        var fitting = decimal.Round(number, scale, MidpointRounding.ToZero);
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(fitting, bits);
        var digits = ((Int128)(uint)bits[2] << 64) | ((Int128)(uint)bits[1] << 32) | (uint)bits[0];
        for (var power = (int)fitting.Scale; power < scale; power++)
            digits *= 10;
        return fitting < 0 ? -digits : digits;
    }

    /// <summary>The number with the given count of units of the narrow tier.</summary>
    /// <exception cref="OverflowException">The number has more than 28 digits.</exception>
    public static decimal OfNarrow(Int128 units)
    {
        var size = UInt128.CreateChecked(Int128.Abs(units));
        if (size >= ShortLimit)
            return ExactTotal.OfUnits(units, ColumnKind.Narrow.Scale()).ToDecimal();
        return WithoutZeros(new decimal(
            (int)(uint)size, (int)(uint)(size >> 32), (int)(uint)(size >> 64), Int128.IsNegative(units),
            (byte)ColumnKind.Narrow.Scale()));
    }

    /// <summary>The same number without trailing zeros, if it has at most 28 digits.</summary>
    public static decimal WithoutZeros(decimal number) => number / 1.0000000000000000000000000000m;

    // Fast path for nearly every number: few digits, so no division and no rounding.
    private static bool TryNarrow(decimal number, out long unscaled)
    {
        unscaled = 0;
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(number, bits);
        var scale = (bits[3] >> 16) & 0xff;
        var low = ((ulong)(uint)bits[1] << 32) | (uint)bits[0];
        var missing = ColumnKind.Narrow.Scale() - scale;
        if (bits[2] != 0 || missing < 0 || low >= NarrowLimit / PowersOfTen[missing])
            return false;
        unscaled = (long)(low * PowersOfTen[missing]);
        if (bits[3] < 0)
            unscaled = -unscaled;
        return true;
    }
}
