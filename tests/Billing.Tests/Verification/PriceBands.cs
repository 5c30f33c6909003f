namespace Tallystick.Billing.Tests.Verification;

/// <summary>Recomputes the units in each band of a price, from positions and the limits of the bands.</summary>
internal sealed class PriceBands(Faults faults)
{
    /// <summary>The bands with exact units, after a check of what they state.</summary>
    /// <param name="stated">The bands as stated, with units as shown.</param>
    /// <param name="from">Units counted before; null if nothing was counted before.</param>
    /// <param name="to">Units counted at the end.</param>
    /// <param name="cumulative">Whether each band prices its own units.</param>
    public IReadOnlyList<Band> Between(IReadOnlyList<Band> stated, Exact? from, Exact to, bool cumulative)
    {
        if (!cumulative)
            return Highest(stated, from, to);
        if (from is not { } position || to >= position)
            return Check(stated, [.. Rise(stated, from, to)], isTakenBack: false);
        return Check(
            stated, [.. Rise(stated, to, position).Select(one => (-one.Units, one.IsCharged))], isTakenBack: true);
    }

    /// <summary>The bands of a list that units enter, and whether each charges its fixed price.</summary>
    public static IEnumerable<(int Index, Exact Units, bool IsCharged)> Enter(
        IReadOnlyList<Band> bands, Exact? from, Exact to, bool cumulative)
    {
        var position = from ?? 0;
        if (to < position && cumulative)
        {
            foreach (var (index, units, isCharged) in Enter(bands, to, position, cumulative))
                yield return (index, -units, isCharged);
            yield break;
        }
        var last = Enumerable.Range(0, bands.Count).LastOrDefault(index => IsReached(bands[index], to));
        for (var index = cumulative ? 0 : last; index <= last && index < bands.Count; index++)
        {
            var upTo = index < last ? bands[index + 1].LowerLimit : to;
            if (index < last && upTo <= position)
                continue;
            var start = cumulative && index > 0 ? Exact.Max(position, bands[index].LowerLimit) : position;
            yield return (index, upTo - start, IsCharged(bands[index], from, to));
        }
    }

    /// <summary>Units below zero without anything before: the unit price of the first band, no fixed price.</summary>
    public IReadOnlyList<Band> Negative(IReadOnlyList<Band> stated, Exact units)
    {
        faults.Holds(stated is [{ LowerLimit.Sign: 0 }], "negative usage must be in the first band alone");
        return Check(stated, [.. stated.Select(_ => (units, false))], isTakenBack: false);
    }

    private IReadOnlyList<Band> Highest(IReadOnlyList<Band> stated, Exact? from, Exact to)
    {
        if (!faults.Holds(stated.Count == 1, "one band must price all units"))
            return stated;
        faults.Holds(IsReached(stated[0], to), $"the band from {stated[0].LowerLimit} is not reached by {to} units");
        return Check(stated, [(to - (from ?? 0), IsCharged(stated[0], from, to))], isTakenBack: false);
    }

    private IEnumerable<(Exact Units, bool IsCharged)> Rise(IReadOnlyList<Band> bands, Exact? from, Exact to)
    {
        var position = from ?? 0;
        for (var index = 0; index < bands.Count; index++)
        {
            var (band, isFirst, isLast) = (bands[index], index == 0, index == bands.Count - 1);
            var (isLowest, upTo) = (band.LowerLimit.Sign == 0, isLast ? to : bands[index + 1].LowerLimit);
            faults.Holds(IsReached(band, to), $"the band from {band.LowerLimit} is not reached by {to} units");
            faults.Holds(!isFirst || isLowest || position >= band.LowerLimit, "a band is missing below the first");
            faults.Holds(isLast || upTo > position, $"the band from {band.LowerLimit} ends before {position} units");
            var start = !isLowest && position < band.LowerLimit ? band.LowerLimit : position;
            yield return (upTo - start, IsCharged(band, from, to));
        }
    }

    private List<Band> Check(
        IReadOnlyList<Band> stated, IReadOnlyList<(Exact Units, bool IsCharged)> computed, bool isTakenBack)
    {
        var bands = new List<Band>();
        foreach (var (band, (units, isCharged)) in stated.Zip(computed))
        {
            faults.Same($"bandUnits of the band from {band.LowerLimit}", band.Units, units.Shown());
            faults.Holds(
                isCharged ? (isTakenBack ? band.FixedPrice.Sign <= 0 : band.FixedPrice.Sign >= 0)
                    : band.FixedPrice.Sign == 0,
                $"the band from {band.LowerLimit} cannot charge {band.FixedPrice} as its fixed price");
            bands.Add(band with { Units = units });
        }
        return bands;
    }

    private static bool IsReached(Band band, Exact units) => band.LowerLimit.Sign == 0 || units > band.LowerLimit;

    private static bool IsCharged(Band band, Exact? from, Exact to) =>
        Charges(band, to) && !(from is { } position && Charges(band, position));

    private static bool Charges(Band band, Exact units) => units.Sign >= 0 && IsReached(band, units);
}
