using System.Globalization;
using Tallystick.Foundation.Values;
using Tallystick.Pricing.Pricings;
using Tallystick.Pricing.Rating;

namespace Tallystick.Pricing.Tests;

/// <summary>Bands as text: <c>0: 5 + 1.00; 10: 3 + 0.80</c> is lower limit, fixed price, unit price.</summary>
internal static class RatingCase
{
    public static IReadOnlyList<PricingBand> Bands(string text) =>
    [
        .. text.Split(';').Select(band =>
        {
            var parts = band.Split(':', '+');
            return new PricingBand
            {
                Id = "band-" + parts[0].Trim(),
                LowerLimit = Number(parts[0]),
                FixedPrice = Number(parts[1]),
                UnitPrice = Number(parts[2]),
            };
        }),
    ];

    public static RatedUsage Rate(decimal quantity, string bands, bool cumulative) =>
        UsageRating.Rate(quantity, 1, Rounding.None, Bands(bands), cumulative);

    public static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);
}
