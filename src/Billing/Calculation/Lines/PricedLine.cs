using Tallystick.Billing.Calculation.Money;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calculation.Lines;

/// <summary>
/// A line of usage before it was divided, or before units of it were free. It is not on the bill, but other lines can
/// depend on it.
/// </summary>
/// <param name="LineId">UUID by which derivations refer to it.</param>
/// <param name="Amount">Its exact amount.</param>
/// <param name="Subtotal">The amount, rounded.</param>
/// <param name="Converted">The subtotal in the billing currency, rounded.</param>
/// <param name="Bands">The bands that priced it.</param>
public sealed record PricedLine(
    string LineId, Fraction Amount, decimal Subtotal, decimal Converted, IReadOnlyList<PricedBand> Bands)
{
    internal static PricedLine Of(string lineId, MoneyLine money) => new(
        lineId,
        money.Line.Amount,
        money.Subtotal,
        money.Converted,
        [
            .. (money.Line.Rated?.Bands ?? []).Select(band => new PricedBand(
                band.Band.LowerLimit, band.FixedPrice, band.Band.UnitPrice, band.Units)),
        ]);
}

/// <summary>A band of a line that is not on the bill.</summary>
/// <param name="LowerLimit">Number of units above which the band applies.</param>
/// <param name="FixedPrice">Amount charged for reaching the band.</param>
/// <param name="UnitPrice">Price of one unit.</param>
/// <param name="BandUnits">Units rated in the band.</param>
public sealed record PricedBand(decimal LowerLimit, decimal FixedPrice, decimal UnitPrice, decimal BandUnits);
