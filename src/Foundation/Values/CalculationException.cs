namespace Tallystick.Foundation.Values;

/// <summary>
/// An amount cannot be had: it does not fit a decimal, its currency forbids rounding it, or the pricing has no valid
/// bands. The message says which, for the person who set the price.
/// </summary>
public sealed class CalculationException(string message) : Exception(message);
