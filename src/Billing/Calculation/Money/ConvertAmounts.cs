using Tallystick.Billing.Calculation.Terms;
using Tallystick.Billing.Organizations;
using Tallystick.Pricing.Currencies;
using Tallystick.Pricing.Rating;

namespace Tallystick.Billing.Calculation.Money;

/// <summary>
/// Conversion rates and rounding rules of one bill. Currency codes are case-sensitive. Rates are never inferred from an
/// inverse rate or by combining two rates. If a currency or rate is missing, the bill is refused.
/// </summary>
internal sealed class ConvertAmounts(BillSettings settings, IReadOnlyList<Currency> currencies)
{
    private readonly Dictionary<string, CurrencyRounding> _roundings = [];
    private readonly HashSet<(string From, string To)> _ofDraws = [];

    /// <summary>Code of the billing currency.</summary>
    public string BillingCurrency => settings.Currency;

    /// <summary>
    /// The rate to the billing currency: 1 for the billing currency itself, otherwise the multiplier of the pair.
    /// </summary>
    /// <exception cref="BillRefusedException">The pair has no rate, or several different rates.</exception>
    public decimal RateFrom(string currency) => RateBetween(currency, BillingCurrency);

    /// <summary>
    /// The rate between two currencies: 1 if they are the same, otherwise the multiplier of the pair.
    /// </summary>
    /// <exception cref="BillRefusedException">The pair has no rate, or several different rates.</exception>
    public decimal RateBetween(string from, string to)
    {
        if (from == to)
            return 1;
        var multipliers = (settings.Organization.CurrencyConversions ?? [])
            .Where(conversion => conversion.From == from && conversion.To == to)
            .Select(conversion => conversion.Multiplier)
            .Distinct()
            .ToList();
        // Earlier versions accepted conversions without a multiplier; those do not count as rates.
        return multipliers is [{ } multiplier] ? multiplier : throw new BillRefusedException(
            $"Account {settings.Account.Code}: the currencyConversions have "
            + $"{(multipliers.Count > 1 ? "more than one" : "no")} rate from {from} to {to}.");
    }

    /// <summary>Forgets the rates of draws, because the draws are calculated anew.</summary>
    public void BeginDraws() => _ofDraws.Clear();

    /// <summary>The rate by which a charge in one currency draws on a credit in another.</summary>
    /// <exception cref="BillRefusedException">The pair has no rate, or several different rates.</exception>
    public decimal RateOfDraw(string from, string to)
    {
        var rate = RateBetween(from, to);
        _ofDraws.Add((from, to));
        return rate;
    }

    /// <summary>
    /// The rates for the line currencies other than the billing currency, and those of draws; null if there are none.
    /// </summary>
    public IReadOnlyList<CurrencyConversion>? Used(IEnumerable<string> lineCurrencies)
    {
        var used = lineCurrencies
            .Select(currency => (From: currency, To: BillingCurrency))
            .Concat(_ofDraws)
            .Where(pair => pair.From != pair.To)
            .Distinct()
            .OrderBy(pair => pair.From, StringComparer.Ordinal)
            .ThenBy(pair => pair.To, StringComparer.Ordinal)
            .Select(pair => new CurrencyConversion
            {
                From = pair.From,
                To = pair.To,
                Multiplier = RateBetween(pair.From, pair.To),
            })
            .ToList();
        return used.Count == 0 ? null : used;
    }

    /// <summary>The rounding rule of a currency.</summary>
    /// <exception cref="BillRefusedException">The organization has no such currency.</exception>
    public CurrencyRounding RoundingOf(string code)
    {
        if (_roundings.TryGetValue(code, out var known))
            return known;
        var currency = currencies.FirstOrDefault(currency => currency.Code == code) ?? throw new BillRefusedException(
            $"Account {settings.Account.Code}: currency {code} does not exist, so its number of decimal places is "
                + "unknown.");
        return _roundings[code] = CurrencyRounding.Of(currency);
    }
}
