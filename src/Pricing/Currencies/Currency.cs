using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Definitions;

namespace Tallystick.Pricing.Currencies;

/// <summary>
/// A currency that amounts are priced or billed in, ISO 4217 or of your own, and how its amounts are rounded.
/// </summary>
public sealed record Currency : PicklistEntry
{
    /// <summary>Decimal places of an amount, 0 to 5; 2 when absent.</summary>
    [AtLeast(0), AtMost(5)]
    public int? MaxDecimalPlaces { get; init; }

    /// <summary>How an amount is rounded to its decimal places; <c>HALF_UP</c> when absent.</summary>
    public RoundingMode? RoundingMode { get; init; }
}
