using NodaTime;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calculation.Terms;

/// <summary>When a price is active, and whether it overrides others.</summary>
/// <param name="Id">UUID of the price.</param>
/// <param name="IsOfPlan">True for a price of the plan, false for one of the template.</param>
/// <param name="Start">Start, inclusive.</param>
/// <param name="End">End, exclusive; null for no end.</param>
internal readonly record struct PriceDates(string Id, bool IsOfPlan, Instant Start, Instant? End);

/// <summary>
/// Determines which of the prices of one thing is in effect at each time. While a price of the plan is active, it
/// overrides those of the template. A price change splits the time.
/// </summary>
internal static class PricesInEffect
{
    /// <summary>The prices and the windows in which they are in effect; never empty windows.</summary>
    /// <param name="time">The time to cover.</param>
    /// <param name="prices">All prices of one aggregation and segment, or of one counter.</param>
    /// <param name="datesOf">When a price is active.</param>
    /// <param name="overlap">The refusal of two prices of the same plan, or template, at the same time.</param>
    public static IEnumerable<(T Price, Window Window)> Over<T>(
        Window time, IReadOnlyList<T> prices, Func<T, PriceDates> datesOf, Func<T, T, BillRefusedException> overlap)
    {
        var ofPlan = Windows(time, prices.Where(price => datesOf(price).IsOfPlan), datesOf, overlap);
        var ofTemplate = Windows(time, prices.Where(price => !datesOf(price).IsOfPlan), datesOf, overlap);
        foreach (var priced in ofPlan)
            yield return priced;
        foreach (var (price, window) in ofTemplate)
        {
            foreach (var part in Uncovered(window, [.. ofPlan.Select(priced => priced.Window)]))
                yield return (price, part);
        }
    }

    /// <summary>The parts of a window outside other windows, which are in order and do not overlap.</summary>
    public static IEnumerable<Window> Uncovered(Window window, IReadOnlyList<Window> covering)
    {
        var from = window.Start;
        foreach (var cover in covering.Where(cover => !window.Intersect(cover.Start, cover.End).IsEmpty))
        {
            if (from < cover.Start)
                yield return new Window(from, cover.Start);
            from = cover.End;
        }
        if (from < window.End)
            yield return new Window(from, window.End);
    }

    private static List<(T Price, Window Window)> Windows<T>(
        Window time, IEnumerable<T> prices, Func<T, PriceDates> datesOf, Func<T, T, BillRefusedException> overlap)
    {
        var windows = prices
            .Select(price => (Price: price, Window: time.Intersect(datesOf(price).Start, datesOf(price).End)))
            .Where(priced => !priced.Window.IsEmpty)
            .OrderBy(priced => priced.Window.Start)
            .ThenBy(priced => datesOf(priced.Price).Id, StringComparer.Ordinal)
            .ToList();
        for (var index = 1; index < windows.Count; index++)
        {
            if (windows[index].Window.Start < windows[index - 1].Window.End)
                throw overlap(windows[index - 1].Price, windows[index].Price);
        }
        return windows;
    }
}
