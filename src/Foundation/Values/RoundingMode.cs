namespace Tallystick.Foundation.Values;

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

    /// <summary>Rounding is not allowed: if an amount would change, its bill fails.</summary>
    Unnecessary,
}
