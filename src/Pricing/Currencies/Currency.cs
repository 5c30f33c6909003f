using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Definitions;

namespace Tallystick.Pricing.Currencies;

/// <summary>A currency for prices or bills, from ISO 4217 or your own, and how its amounts are rounded.</summary>
public sealed record Currency : PicklistEntry
{
    /// <summary>Decimal places of an amount, 0 to 5. Default: 2.</summary>
    [AtLeast(0), AtMost(5)]
    public int? MaxDecimalPlaces { get; init; }

    /// <summary>How an amount is rounded to its decimal places. Default: <c>HALF_UP</c>.</summary>
    public RoundingMode? RoundingMode { get; init; }

    /// <summary>
    /// Extension: true if the currency counts units of usage instead of money. A balance in it grants free units of
    /// aggregations whose unit is its code. Default: false.
    /// </summary>
    public bool? CountsUnits { get; init; }
}
