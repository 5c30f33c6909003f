using System.Globalization;

namespace Tallystick.Console.Components.Charts;

/// <summary>Where the values of a grid are in a chart.</summary>
internal sealed class ChartScale
{
    internal const int Width = 960;
    internal const int Height = 280;
    internal const int Left = 96;
    internal const int Top = 12;
    internal const int Bottom = 248;

    private const int Right = 948;
    private const int MaxLabels = 8;
    private const decimal Gap = 0.25m;

    private readonly IReadOnlyList<GridSeries> _series;
    private readonly ChartKind _kind;
    private readonly int _rows;
    private readonly Axis _axis;

    internal ChartScale(ChartGrid grid, IReadOnlyList<GridSeries> series, ChartKind kind)
    {
        (_series, _kind, _rows) = (series, kind, grid.Rows.Count);
        List<decimal> tops = kind == ChartKind.Stacked
            ? [.. Enumerable.Range(0, _rows).SelectMany(row => new[] { Sum(row, 1), Sum(row, -1) })]
            : [.. series.SelectMany(one => one.Values).OfType<decimal>()];
        _axis = new Axis(tops);
    }

    /// <summary>The values of the axis.</summary>
    internal IEnumerable<decimal> Ticks => _axis.Ticks;

    /// <summary>The rows whose labels fit.</summary>
    internal IEnumerable<int> Labels
    {
        get
        {
            var every = Math.Max(1, (_rows + MaxLabels - 1) / MaxLabels);
            for (var row = 0; row < _rows; row += every)
                yield return row;
        }
    }

    private decimal Slot => (decimal)(Right - Left) / Math.Max(1, _rows);

    /// <summary>The middle of a row.</summary>
    internal string X(int row) => Text(Left + (Slot * (row + 0.5m)));

    /// <summary>The height of a value.</summary>
    internal string Y(decimal value) => Text(At(value));

    /// <summary>The bar of a value.</summary>
    internal (string X, string Y, string Width, string Height) Bar(int series, int row)
    {
        var value = _series[series].Values[row] ?? 0;
        var start = _kind == ChartKind.Stacked ? Sum(row, Math.Sign(value), series) : 0;
        var width = Slot * (1 - Gap) / (_kind == ChartKind.Stacked ? 1 : _series.Count);
        var left = Left + (Slot * row) + (Slot * Gap / 2) + (_kind == ChartKind.Stacked ? 0 : width * series);
        var (top, bottom) = (At(Math.Max(start, start + value)), At(Math.Min(start, start + value)));
        return (Text(left), Text(top), Text(width), Text(bottom - top));
    }

    /// <summary>The path of a line, which is broken where there is no value.</summary>
    internal string Line(int series)
    {
        var path = new System.Text.StringBuilder();
        var isOn = false;
        for (var row = 0; row < _rows; row++)
        {
            if (_series[series].Values[row] is { } value)
                path.Append(isOn ? 'L' : 'M').Append(X(row)).Append(' ').Append(Y(value));
            isOn = _series[series].Values[row] is not null;
        }
        return path.ToString();
    }

    private decimal At(decimal value) => Bottom - (_axis.ShareBelow(value) * (Bottom - Top));

    // Of the values with a sign: those above the line and those below it are put upon each other separately.
    private decimal Sum(int row, int sign, int count = int.MaxValue) =>
        _series.Take(count).Select(one => one.Values[row] ?? 0).Where(value => Math.Sign(value) == sign).Sum();

    private static string Text(decimal value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
