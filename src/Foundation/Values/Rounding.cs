namespace Tallystick.Foundation.Values;

/// <summary>How a number of units is made whole.</summary>
public enum Rounding
{
    /// <summary>Not at all. Comes first, and so is what an absent member reads as.</summary>
    None,

    /// <summary>To the next whole number above.</summary>
    Up,

    /// <summary>To the next whole number below.</summary>
    Down,

    /// <summary>To the nearest whole number, halves away from zero.</summary>
    Nearest,
}
