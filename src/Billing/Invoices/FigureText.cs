using System.Globalization;

namespace Tallystick.Billing.Invoices;

/// <summary>Writes figures for people: with thousands separators, and never rounded unless it says so.</summary>
internal static class FigureText
{
    private const int MaxDecimals = 28;

    /// <summary>An amount with the decimals of its currency, or more if it has more.</summary>
    internal static string Amount(decimal amount, int decimals) =>
        Write(amount, Math.Max(decimals, DecimalsOf(amount)));

    /// <summary>A quantity in full.</summary>
    internal static string Quantity(decimal quantity) => Write(quantity, DecimalsOf(quantity));

    /// <summary>The number of decimals without trailing zeros.</summary>
    internal static int DecimalsOf(decimal number)
    {
        var decimals = number.Scale;
        while (decimals > 0 && decimal.Round(number, decimals - 1, MidpointRounding.ToZero) == number)
            decimals--;
        return decimals;
    }

    private static string Write(decimal number, int decimals) => number.ToString(
        $"N{Math.Min(decimals, MaxDecimals).ToString(CultureInfo.InvariantCulture)}", CultureInfo.InvariantCulture);
}
