using Tallystick.Foundation.Values;
using Tallystick.Pricing.Pricings;

namespace Tallystick.Pricing.Rating;

/// <summary>The price of a quantity, not yet rounded, and how it was calculated.</summary>
/// <param name="Quantity">The aggregated usage.</param>
/// <param name="Units">The units rated.</param>
/// <param name="Amount">The sum over the bands, exact, in the pricing currency.</param>
/// <param name="AverageUnitPrice">Average amount per unit over all bands; 0 if there are no units.</param>
/// <param name="Bands">The bands reached, in ascending order; at least one.</param>
public sealed record RatedUsage(
    decimal Quantity,
    decimal Units,
    Fraction Amount,
    decimal AverageUnitPrice,
    IReadOnlyList<RatedBand> Bands);

/// <summary>What one band contributed.</summary>
/// <param name="Band">The band.</param>
/// <param name="Units">Units rated in it.</param>
/// <param name="Quantity">
/// The usage that corresponds to those units; over all bands, it adds up to the quantity.
/// </param>
/// <param name="FixedPrice">The fixed price charged; 0 for negative usage.</param>
/// <param name="UnitAmount">Units times unit price, exact.</param>
public sealed record RatedBand(
    PricingBand Band, decimal Units, decimal Quantity, decimal FixedPrice, Fraction UnitAmount)
{
    /// <summary>The band's part of the amount, exact.</summary>
    public Fraction Amount => FixedPrice + UnitAmount;
}

/// <summary>A band and the units it prices.</summary>
/// <param name="Band">The band.</param>
/// <param name="Units">Units priced in it, exact.</param>
/// <param name="FixedPrice">Its fixed price.</param>
internal sealed record ReachedBand(PricingBand Band, Fraction Units, decimal FixedPrice)
{
    public Fraction UnitAmount => Units * Band.UnitPrice;

    public Fraction Amount => FixedPrice + UnitAmount;

    public ReachedBand TakenBack() => new(Band, Fraction.Zero - Units, -FixedPrice);
}
