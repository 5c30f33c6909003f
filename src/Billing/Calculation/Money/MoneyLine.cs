using Tallystick.Billing.Calculation.Lines;

namespace Tallystick.Billing.Calculation.Money;

/// <summary>A line with its amounts as billed. Credits draw on these amounts, so that nothing is left over.</summary>
/// <param name="Line">The charge.</param>
/// <param name="Subtotal">The amount, rounded, in the line's own currency.</param>
/// <param name="Rate">The conversion rate to the billing currency.</param>
/// <param name="Converted">The subtotal in the billing currency, rounded.</param>
internal sealed record MoneyLine(Line Line, decimal Subtotal, decimal Rate, decimal Converted)
{
    /// <summary>
    /// The line's share of the usage credits, in the billing currency; 0 or more. The shares of all lines add up to the
    /// credits of the bill.
    /// </summary>
    public decimal Credited { get; init; }

    /// <summary>What commitments and balances can draw, in the billing currency.</summary>
    public decimal Drawable => Math.Max(0, Converted - Credited);
}
