using System.Globalization;
using System.Text;
using Tallystick.Client;
using Tallystick.Console.Components.Charts;

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

    private readonly Axis _amounts;
    private readonly decimal _most;

    internal PriceScale(IReadOnlyList<QuantityPrice> points)
    {
        _most = Math.Max(points.Max(point => point.Units ?? 0), 0.000001m);
        _amounts = new Axis([.. points.Select(point => point.Amount ?? 0)]);
    }

    /// <summary>The amounts of the axis.</summary>
    internal IEnumerable<decimal> Amounts => _amounts.Ticks;

    /// <summary>The units of the axis.</summary>
    internal IEnumerable<decimal> Units => Axis.UpTo(_most);

    /// <summary>The place of a number of units.</summary>
    internal string X(decimal units) => Text(Left + (units / _most * (Right - Left)));

    /// <summary>The height of an amount.</summary>
    internal string Y(decimal amount) => Text(Bottom - (_amounts.ShareBelow(amount) * (Bottom - Top)));

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

    private static string Text(decimal value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
