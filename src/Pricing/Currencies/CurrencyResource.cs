using Tallystick.Resources.Definitions;

namespace Tallystick.Pricing.Currencies;

/// <summary>The definition of currencies.</summary>
public static class CurrencyResource
{
    /// <summary>The definition.</summary>
    public static ResourceDefinition<Currency> Definition { get; } =
        Picklist.Definition("Currency", "currency", "currencies", () => PricingJson.Format.Currency);
}
