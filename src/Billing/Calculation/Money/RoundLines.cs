using Tallystick.Billing.Accounts;
using Tallystick.Billing.Calculation.Lines;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calculation.Money;

/// <summary>
/// Rounds the amounts of a bill. Each line is rounded once in its own currency, then converted and rounded once in the
/// billing currency. Nothing is rounded afterwards.
/// </summary>
internal sealed class RoundLines(Account account, ConvertAmounts amounts)
{
    /// <summary>The amount of a line as billed.</summary>
    /// <exception cref="BillRefusedException">
    /// A currency or rate is missing, or an amount cannot be rounded.
    /// </exception>
    public MoneyLine Once(Line line)
    {
        try
        {
            var currency = line.Source.Currency;
            var subtotal = amounts.RoundingOf(currency).Round(line.Amount);
            var rate = amounts.RateFrom(currency);
            var converted = amounts.RoundingOf(amounts.BillingCurrency).Round((Fraction)subtotal * rate);
            return new MoneyLine(line, subtotal, rate, converted);
        }
        catch (CalculationException fault)
        {
            throw new BillRefusedException(
                $"Account {account.Code}, {line.Source.Name}, line '{line.Description}': {fault.Message}.", fault);
        }
    }
}
