namespace Tallystick.Foundation.Values;

/// <summary>
/// An amount cannot be calculated: it does not fit a decimal, its currency does not allow rounding, or the pricing has
/// no valid bands. The message is written for the person who set the price.
/// </summary>
public sealed class CalculationException(string message) : Exception(message);
