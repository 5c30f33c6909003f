using System.Text.Json;
using Tallystick.Pricing.Rating;

namespace Tallystick.Pricing.Pricings;

/// <summary>What quantities would cost.</summary>
/// <param name="Currency">Code of the pricing currency.</param>
/// <param name="Unit">The unit of the aggregation.</param>
/// <param name="Prices">The price of each quantity, in the order of the request.</param>
public sealed record PricingPreview(string? Currency, string? Unit, IReadOnlyList<QuantityPrice> Prices)
{
    /// <summary>The form returned by the API.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, PricingJson.Format.PricingPreview);
}

/// <summary>What a quantity would cost.</summary>
/// <param name="Quantity">The aggregated usage.</param>
/// <param name="Units">The units rated: the quantity divided by the quantity per unit, and rounded.</param>
/// <param name="Amount">The price, rounded as on a bill. Positive also for a credit.</param>
/// <param name="AverageUnitPrice">Average price per unit, not rounded; 0 if there are no units.</param>
/// <param name="Bands">The bands reached, in ascending order.</param>
public sealed record QuantityPrice(
    decimal Quantity, decimal Units, decimal Amount, decimal AverageUnitPrice, IReadOnlyList<BandPrice> Bands)
{
    /// <summary>The price of a rated quantity.</summary>
    /// <param name="rated">The quantity.</param>
    /// <param name="rounding">How amounts are rounded.</param>
    public static QuantityPrice Of(RatedUsage rated, CurrencyRounding rounding) => new(
        rated.Quantity, rated.Units, rounding.RoundPart(rated.Amount), rated.AverageUnitPrice,
        [
            .. rated.Bands.Select(band => new BandPrice(
                band.Band.LowerLimit, band.Units, band.FixedPrice, band.Band.UnitPrice,
                rounding.RoundPart(band.Amount))),
        ]);
}

/// <summary>What a band contributes.</summary>
/// <param name="LowerLimit">Number of units above which the band applies.</param>
/// <param name="Units">Units priced in it.</param>
/// <param name="FixedPrice">The fixed price charged.</param>
/// <param name="UnitPrice">Price of each unit.</param>
/// <param name="Amount">The band's part of the amount, rounded.</param>
public sealed record BandPrice(
    decimal LowerLimit, decimal Units, decimal FixedPrice, decimal UnitPrice, decimal Amount);
