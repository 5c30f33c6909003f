namespace Tallystick.Foundation.Values;

/// <summary>How a number of units is rounded to a whole number.</summary>
public enum Rounding
{
    /// <summary>No rounding. The first value, and therefore the default of an absent member.</summary>
    None,

    /// <summary>Up to the next whole number.</summary>
    Up,

    /// <summary>Down to the next whole number.</summary>
    Down,

    /// <summary>To the nearest whole number, halves away from zero.</summary>
    Nearest,
}
