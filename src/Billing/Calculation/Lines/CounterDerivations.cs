using System.Globalization;
using NodaTime;
using Tallystick.Billing.CounterAdjustments;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calculation.Lines;

/// <summary>
/// The price of the value of a counter, times the share of the period. The bands are on the line itself.
/// </summary>
/// <param name="Value">The adjustment that set the value.</param>
/// <param name="Cumulative">
/// Whether each band prices its own units. Otherwise, the highest band reached prices all units.
/// </param>
/// <param name="Share">The price of a whole period, and the share of the period.</param>
public sealed record CountedTotal(CountedValue Value, bool Cumulative, ProratedAmount Share) : Derivation
{
    /// <inheritdoc/>
    public override IEnumerable<string> Steps() =>
    [
        $"{Value.Describe()}; {CountedValue.Bands(Cumulative)}",
        .. Share.Steps(),
    ];
}

/// <summary>
/// The difference between the prices of two values of a counter, times the share of the period that is left.
/// </summary>
/// <param name="From">The value before.</param>
/// <param name="To">The adjustment.</param>
/// <param name="Cumulative">
/// Whether each band prices its own units. Otherwise, the highest band reached prices all units.
/// </param>
/// <param name="Share">The difference for a whole period, and the share of the period that is left.</param>
public sealed record CountedChange(int From, CountedValue To, bool Cumulative, ProratedAmount Share) : Derivation
{
    /// <inheritdoc/>
    public override IEnumerable<string> Steps() =>
    [
        string.Create(
            CultureInfo.InvariantCulture, $"from {From} to {To.Describe()}; {CountedValue.Bands(Cumulative)}"),
        "the price of the new value minus that of the old one",
        .. Share.Steps(),
    ];
}

/// <summary>A value of a counter.</summary>
/// <param name="AdjustmentId">UUID of the counter adjustment that set it.</param>
/// <param name="Date">The day from which it applies.</param>
/// <param name="Value">The value.</param>
/// <param name="PurchaseOrderNumber">Purchase order number of the adjustment.</param>
public sealed record CountedValue(string AdjustmentId, LocalDate Date, int Value, string? PurchaseOrderNumber)
{
    internal static CountedValue Of(CounterAdjustment adjustment) =>
        new(adjustment.Id, adjustment.Date, adjustment.Value, adjustment.PurchaseOrderNumber);

    internal string Describe()
    {
        var order = PurchaseOrderNumber is null ? "" : $", purchase order {PurchaseOrderNumber}";
        return string.Create(CultureInfo.InvariantCulture, $"{Value} since {InstantText.Write(Date)}{order}");
    }

    internal static string Bands(bool cumulative) =>
        cumulative ? "each band prices its own units" : "the highest band reached prices all units";
}
