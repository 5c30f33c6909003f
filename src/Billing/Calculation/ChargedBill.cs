using Tallystick.Billing.Calculation.Ledger;
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
    private readonly IReadOnlyList<DatedItem> _items;
    private readonly ConvertAmounts _amounts;
    private readonly CreditTerms _credits;
    private readonly IReadOnlyList<MoneyLine> _charges;

    /// <summary>The prices of its usage, to be kept with the bill; null if late usage is only reported.</summary>
    internal IReadOnlyList<BilledPrice>? Prices { get; init; }

    internal ChargedBill(
        BillInput input,
        BillSettings settings,
        IReadOnlyList<DuePlan> plans,
        IReadOnlyList<DatedItem> items,
        ConvertAmounts amounts,
        CreditTerms credits,
        IReadOnlyList<MoneyLine> charges)
    {
        (_input, _settings, _plans, _items) = (input, settings, plans, items);
        (_amounts, _credits, _charges) = (amounts, credits, charges);
    }

    /// <summary>UUID of the bill.</summary>
    public string Id => _credits.BillId;

    /// <summary>Whether the account has commitments or balances, so that the ledger matters.</summary>
    public bool HasCredits =>
        _input.Terms.Balances.Count > 0 || _input.Terms.CommitmentOwners.Any(owner => owner.Commitments.Count > 0);

    /// <summary>UUIDs of the accounts whose commitments the bill can draw on; the account's own is the first.</summary>
    public IReadOnlyList<string> CommitmentOwnerIds =>
    [
        _input.Terms.Account.Id,
        .. _input.Terms.CommitmentOwners.Skip(1).Where(owner => owner.Commitments.Count > 0)
            .Select(owner => owner.Account.Id),
    ];

    /// <summary>Completes the bill: draws on commitments and balances, order, line items, dates and total.</summary>
    /// <param name="ledger">What other bills have drawn, without the draws of this one.</param>
    /// <exception cref="BillRefusedException">The bill would be incorrect; the message states why.</exception>
    public FinishedBill Finish(AccountLedger ledger)
    {
        var account = _input.Terms.Account;
        return Limits.Within(account, () =>
        {
            var (drawn, entries) = Limits.OfAmounts(
                account, () => Drawdown.Of(_credits, ledger, OrderLines.Of(_charges)));
            var ordered = OrderLines.Of(drawn);        // the order determines line numbers
            var lines = Limits.OfAmounts(account, () => PresenterOf(Id).InOrder(ordered));
            var derivation = BillDerivation.Of(Id, ordered, _amounts);
            return new FinishedBill(
                AssembleBill.From(_input, _settings, _plans, _items, _amounts, lines, derivation) with
                {
                    Prices = Prices,
                },
                entries);
        });
    }

    private PresentLines PresenterOf(string billId)
    {
        var products = new Dictionary<string, Product>(StringComparer.Ordinal);
        foreach (var product in _input.AccountingProducts.Concat(_input.Terms.BilledPlans.Select(plan => plan.Product)))
            products.TryAdd(product.Id, product);
        return new PresentLines(billId, _amounts, products);
    }
}

/// <summary>A finished bill and what it draws from commitments and balances.</summary>
/// <param name="Bill">The bill.</param>
/// <param name="Entries">Its draws, to be stored together with it.</param>
public sealed record FinishedBill(CalculatedBill Bill, IReadOnlyList<LedgerEntry> Entries);
