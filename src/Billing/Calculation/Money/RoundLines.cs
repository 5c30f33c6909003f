using Tallystick.Billing.Accounts;
using Tallystick.Billing.Calculation.Lines;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calculation.Money;

/// <summary>
/// Rounds the amounts of a bill. Each line is rounded once in its own currency, then converted and rounded once in the
/// billing currency. Nothing is rounded afterwards. Usage that is rated as one block is rounded as one amount, in both
/// currencies, and then split among the accounts.
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
            var own = amounts.RoundingOf(currency);
            var subtotal = own.Round(line.Share?.Block.Amount ?? line.Amount);
            var rate = amounts.RateFrom(currency);
            var billing = amounts.RoundingOf(amounts.BillingCurrency);
            var converted = billing.Round((Fraction)subtotal * rate);
            return line.Share is not { } share
                ? new MoneyLine(line, subtotal, rate, converted)
                : new MoneyLine(
                    line,
                    share.Block.Split(subtotal, own.DecimalPlaces)[share.Index],
                    rate,
                    share.Block.Split(converted, billing.DecimalPlaces)[share.Index]);
        }
        catch (CalculationException fault)
        {
            throw new BillRefusedException(
                $"Account {account.Code}, {line.Source.Name}, line '{line.Description}': {fault.Message}.", fault);
        }
    }
}
