using System.Globalization;
using System.Text;
using Tallystick.Client;

namespace Tallystick.Console.Pages.Prices.Pricings;

/// <summary>Where prices are in a chart.</summary>
internal sealed class PriceScale
{
    internal const int Width = 960;
    internal const int Height = 280;
    internal const int Left = 96;
    internal const int Right = 924;
    internal const int Bottom = 248;

    private const int Top = 12;

    private readonly decimal _low;
    private readonly decimal _high;
    private readonly decimal _step;
    private readonly decimal _most;
    private readonly decimal _unitStep;

    internal PriceScale(IReadOnlyList<QuantityPrice> points)
    {
        _most = Math.Max(points.Max(point => point.Units ?? 0), 0.000001m);
        _unitStep = StepOf(_most);
        var (least, most) = (
            Math.Min(0, points.Min(point => point.Amount ?? 0)), Math.Max(0, points.Max(point => point.Amount ?? 0)));
        _step = StepOf(most - least);
        _low = Math.Floor(least / _step) * _step;
        _high = Math.Max(_low + _step, Math.Ceiling(most / _step) * _step);
    }

    /// <summary>The amounts of the axis.</summary>
    internal IEnumerable<decimal> Amounts => From(_low, _high, _step);

    /// <summary>The units of the axis.</summary>
    internal IEnumerable<decimal> Units => From(0, _most, _unitStep);

    /// <summary>The place of a number of units.</summary>
    internal string X(decimal units) => Text(Left + (units / _most * (Right - Left)));

    /// <summary>The height of an amount.</summary>
    internal string Y(decimal amount) => Text(Bottom - ((amount - _low) / (_high - _low) * (Bottom - Top)));

    /// <summary>The path of the prices.</summary>
    internal string Line(IReadOnlyList<QuantityPrice> points)
    {
        var path = new StringBuilder();
        foreach (var point in points)
        {
            path.Append(path.Length == 0 ? 'M' : 'L').Append(X(point.Units ?? 0)).Append(' ')
                .Append(Y(point.Amount ?? 0));
        }
        return path.ToString();
    }

    private static IEnumerable<decimal> From(decimal first, decimal last, decimal step)
    {
        for (var value = first; value <= last; value += step)
            yield return value;
    }

    // 1, 2 or 5 times a power of ten, so that there are three to six steps.
    private static decimal StepOf(decimal range)
    {
        if (range == 0)
            return 1;
        var (least, power) = (range / 5, 1m);
        while (power < least)
            power *= 10;
        while (power / 10 >= least && power > 1e-27m)
            power /= 10;
        return power / 5 >= least ? power / 5 : power / 2 >= least ? power / 2 : power;
    }

    private static string Text(decimal value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
