using Tallystick.Foundation.Resources;

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

/// <summary>How an amount of money is rounded.</summary>
public enum RoundingMode
{
    /// <summary>Away from zero whenever anything remains.</summary>
    Up,

    /// <summary>Toward zero.</summary>
    Down,

    /// <summary>Toward positive infinity.</summary>
    Ceiling,

    /// <summary>Toward negative infinity.</summary>
    Floor,

    /// <summary>To the nearest, halves away from zero.</summary>
    HalfUp,

    /// <summary>To the nearest, halves toward zero.</summary>
    HalfDown,

    /// <summary>To the nearest, halves to the even neighbour.</summary>
    HalfEven,

    /// <summary>Rounding is forbidden: an amount that would change fails its bill.</summary>
    Unnecessary,
}
