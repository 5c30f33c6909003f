using System.Text.Json;

namespace Tallystick.Billing.Tests.Verification;

/// <summary>Recomputes what measured quantities cost.</summary>
internal sealed class RatedUnits(Faults faults)
{
    private readonly PriceBands _bands = new(faults);

    /// <summary>The price of a <c>rated</c> or <c>usageBeyondGrants</c> derivation in the bands given.</summary>
    public Computed Of(JsonElement derivation, IReadOnlyList<Band> bands, bool isCompound)
    {
        if (derivation.Text("kind") == "usageBeyondGrants")
            return Beyond(derivation, bands, isCompound);
        var quantity = QuantityOf(derivation, isCompound);
        var units = UnitsOf(derivation, quantity);
        var from = StartOf(derivation, isCompound);
        var cumulative = derivation.Is("cumulative");
        var entered = from is null && quantity.Sign < 0
            ? _bands.Negative(bands, units)
            : _bands.Between(bands, from, (from ?? 0) + units, cumulative);
        return Sum(entered, quantity, units, derivation.Number("quantityPerUnit"));
    }

    /// <summary>Units without the free ones, priced as if they were all the usage.</summary>
    private Computed Beyond(JsonElement derivation, IReadOnlyList<Band> bands, bool isCompound)
    {
        var whole = derivation.GetProperty("whole");
        var all = UnitsOf(whole, QuantityOf(whole, isCompound)).Shown();
        var units = derivation.Number("units");
        faults.Same("units that are not free", units, all - derivation.Number("granted"));
        var (from, perUnit) = (StartOf(whole, isCompound), whole.Number("quantityPerUnit"));
        var entered = _bands.Between(bands, from, (from ?? 0) + units, whole.Is("cumulative"));
        return Sum(entered, units * perUnit, units, perUnit);
    }

    /// <summary>The price of the value of a counter; 0 costs nothing.</summary>
    public Computed OfCounter(Exact value, IReadOnlyList<Band> bands, bool cumulative) =>
        Sum(_bands.Between(bands, null, value, cumulative), value, value, 1);

    /// <summary>The difference of two values of a counter, band by band.</summary>
    public Computed OfChange(Exact from, Exact to, IReadOnlyList<Band> bands, bool cumulative)
    {
        for (var index = 0; index < bands.Count; index++)
        {
            var band = bands[index];
            var upTo = index + 1 < bands.Count ? bands[index + 1].LowerLimit : Exact.Max(from, to);
            Exact Inside(Exact value) => cumulative
                ? Exact.Max(0, Exact.Min(value, upTo) - band.LowerLimit)
                : IsHighest(value, index, bands, from, to) ? value : 0;
            faults.Same(
                $"bandUnits of the band from {band.LowerLimit}", band.Units, Inside(to) - Inside(from));
            faults.Holds(
                band.FixedPrice.Sign == 0 || band.FixedPrice.Sign == (to - from).Sign || !cumulative,
                $"the band from {band.LowerLimit} cannot charge {band.FixedPrice} as its fixed price");
        }
        faults.Holds(
            !cumulative || bands.Count == 0 || bands[0].LowerLimit <= Exact.Min(from, to),
            "a band is missing below the first");
        var units = (to - from).Abs();
        return new Computed(bands.Select(band => band.Amount).Sum())
        {
            Bands = bands,
            Quantity = units,
            Units = units,
        };
    }

    public static Exact UnitsOf(JsonElement rated, Exact quantity)
    {
        var exact = quantity / rated.Number("quantityPerUnit");
        return rated.Text("rounding") switch
        {
            "NONE" => exact,
            "UP" => exact.Round(0, "CEILING"),
            "DOWN" => exact.Round(0, "FLOOR"),
            "NEAREST" => exact.Round(0, "HALF_UP"),
            var other => throw new FormatException($"'{other}' is no rounding of units."),
        };
    }

    /// <summary>The units that count toward the bands before a quantity; null if none do.</summary>
    public Exact? StartOf(JsonElement derivation, bool isCompound)
    {
        var rated = derivation.Text("kind") == "usageBeyondGrants" ? derivation.GetProperty("whole") : derivation;
        if (!rated.Has("before"))
            return null;
        foreach (var earlier in rated.Items("before"))
            faults.Same(
                "units of an earlier quantity", earlier.Number("units"),
                UnitsOf(rated, QuantityOf(earlier, isCompound)));
        return rated.Items("before").Select(earlier => earlier.Number("units")).Sum();
    }

    /// <summary>The formula of a compound aggregation is not in the document; its result is taken as stated.</summary>
    public Exact QuantityOf(JsonElement measured, bool isCompound)
    {
        var quantity = measured.Number("quantity");
        var values = measured.Items("values");
        if (isCompound)
            return quantity;
        if (faults.Holds(values.Count == 1, "the quantity must result from one value"))
            faults.Same(
                "quantity", quantity,
                values[0].NumberOrNull("value") ?? values[0].NumberOrNull("defaultValue") ?? quantity + 1);
        return quantity;
    }

    private static Computed Sum(IReadOnlyList<Band> bands, Exact quantity, Exact units, Exact perUnit) =>
        new(bands.Select(band => band.Amount).Sum())
        {
            Bands = bands,
            Quantity = quantity,
            Units = units,
            PerUnit = perUnit,
        };

    // Without the whole price list, the bands that differ tell which one a value reaches: the lower value is in the
    // first, the higher in the last.
    private static bool IsHighest(Exact value, int index, IReadOnlyList<Band> bands, Exact from, Exact to) =>
        value.Sign != 0 && IsIn(bands[index], value)
        && (bands.Count == 1 || index == (value == Exact.Max(from, to) ? bands.Count - 1 : 0));

    private static bool IsIn(Band band, Exact value) => band.LowerLimit.Sign == 0 || value > band.LowerLimit;
}
