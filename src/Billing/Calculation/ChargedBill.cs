using Tallystick.Billing.Calculation.Money;
using Tallystick.Billing.Calculation.Present;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Metering.Products;

namespace Tallystick.Billing.Calculation;

/// <summary>
/// A bill with all its charges, rounded and converted. The credits of the account, which depend on the bills before it,
/// are not applied yet.
/// </summary>
public sealed class ChargedBill
{
    private readonly BillInput _input;
    private readonly BillSettings _settings;
    private readonly IReadOnlyList<DuePlan> _plans;
    private readonly ConvertAmounts _amounts;
    private readonly IReadOnlyList<MoneyLine> _charges;

    internal ChargedBill(
        BillInput input,
        BillSettings settings,
        IReadOnlyList<DuePlan> plans,
        ConvertAmounts amounts,
        IReadOnlyList<MoneyLine> charges)
    {
        (_input, _settings, _plans, _amounts, _charges) = (input, settings, plans, amounts, charges);
    }

    /// <summary>Completes the bill: order, line items, dates and total.</summary>
    /// <exception cref="BillRefusedException">The bill would be incorrect; the message states why.</exception>
    public CalculatedBill Finish()
    {
        var account = _input.Terms.Account;
        return Limits.Within(account, () =>
        {
            var ordered = OrderLines.Of(_charges);     // the order determines line numbers
            var billId = ContentId.OfBill(_input.OrganizationId, account.Id, _input.Run);
            var lines = Limits.OfAmounts(account, () => PresenterOf(billId).InOrder(ordered));
            var derivation = BillDerivation.Of(billId, ordered, _amounts);
            return AssembleBill.From(_input, _settings, _plans, _amounts, lines, derivation);
        });
    }

    private PresentLines PresenterOf(string billId)
    {
        var products = new Dictionary<string, Product>(StringComparer.Ordinal);
        foreach (var product in _input.AccountingProducts.Concat(_input.Terms.Plans.Select(plan => plan.Product)))
            products.TryAdd(product.Id, product);
        return new PresentLines(billId, _amounts, products);
    }
}
