using Tallystick.Billing.Calculation.Lines;

namespace Tallystick.Billing.Calculation.Money;

/// <summary>A line with its amounts as billed. Credits draw on these amounts, so that nothing is left over.</summary>
/// <param name="Line">The charge.</param>
/// <param name="Subtotal">The amount, rounded, in the line's own currency.</param>
/// <param name="Rate">The conversion rate to the billing currency.</param>
/// <param name="Converted">The subtotal in the billing currency, rounded.</param>
internal sealed record MoneyLine(Line Line, decimal Subtotal, decimal Rate, decimal Converted);
