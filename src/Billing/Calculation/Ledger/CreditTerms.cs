using NodaTime;
using Tallystick.Billing.Calculation.Money;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Foundation.Values;
using Tallystick.Pricing.Pricings;

namespace Tallystick.Billing.Calculation.Ledger;

/// <summary>What the draws of a bill depend on, besides its charges and the ledger.</summary>
/// <param name="BillId">UUID of the bill.</param>
/// <param name="Credits">The commitments and balances of the account, in the order in which charges draw.</param>
/// <param name="Shares">Shares of charges for which they are active.</param>
/// <param name="Until">End of the period billed in arrears; later transactions do not count.</param>
/// <param name="AllowsOverdraft">Whether the organization lets balances fall below 0.</param>
/// <param name="Pricings">The pricings of the account plans on the bill, by UUID.</param>
/// <param name="Amounts">Rounding and rates.</param>
/// <param name="Round">Rounds lines.</param>
internal sealed record CreditTerms(
    string BillId,
    IReadOnlyList<Credit> Credits,
    CreditShares Shares,
    Instant Until,
    bool AllowsOverdraft,
    IReadOnlyDictionary<string, PlanPricing> Pricings,
    ConvertAmounts Amounts,
    RoundLines Round)
{
    /// <summary>The pricings of account plans, by UUID.</summary>
    public static IReadOnlyDictionary<string, PlanPricing> PricingsOf(IEnumerable<DuePlan> plans) => plans
        .SelectMany(plan => plan.Terms.Pricings)
        .Select(terms => terms.Pricing)
        .DistinctBy(pricing => pricing.Id)
        .ToDictionary(pricing => pricing.Id, StringComparer.Ordinal);

    /// <summary>The share of a charge for which a credit is active; 0 if the charge cannot draw on it.</summary>
    public Fraction ShareOf(DrawableLine line, Credit credit, Window window) =>
        credit.Admits(line.Money.Line) ? Shares.Of(line.Basis, window, credit.Owner?.Id) : Fraction.Zero;
}
