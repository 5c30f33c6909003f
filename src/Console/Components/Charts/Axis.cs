namespace Tallystick.Console.Components.Charts;

/// <summary>An axis of a chart, which shows values from zero or below to the largest.</summary>
internal sealed class Axis
{
    private readonly decimal _step;

    internal Axis(IReadOnlyCollection<decimal> values)
    {
        var (least, most) = (Math.Min(0, values.DefaultIfEmpty().Min()), Math.Max(0, values.DefaultIfEmpty().Max()));
        _step = StepOf(most - least);
        Low = Math.Floor(least / _step) * _step;
        High = Math.Max(Low + _step, Math.Ceiling(most / _step) * _step);
    }

    /// <summary>Its first value.</summary>
    internal decimal Low { get; }

    /// <summary>Its last value.</summary>
    internal decimal High { get; }

    /// <summary>The values that are written beside it.</summary>
    internal IEnumerable<decimal> Ticks => Steps(Low, High, _step);

    /// <summary>The part of the axis below a value.</summary>
    internal decimal ShareBelow(decimal value) => (value - Low) / (High - Low);

    /// <summary>The steps from zero to a value, which need not be a step itself.</summary>
    internal static IEnumerable<decimal> UpTo(decimal most) => Steps(0, most, StepOf(most));

    private static IEnumerable<decimal> Steps(decimal first, decimal last, decimal step)
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
}
