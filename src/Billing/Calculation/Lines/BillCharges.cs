using Tallystick.Billing.Balances;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Billing.Charges;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calculation.Lines;

/// <summary>Creates the lines of ad hoc and balance charges. A negative charge is a credit.</summary>
internal static class BillCharges
{
    /// <summary>One line per charge.</summary>
    public static IEnumerable<Line> For(IEnumerable<DatedItem> items, AccountTerms terms) =>
        items.OfType<DatedCharge>().Select(item => LineOf(
            item.Charge, terms.Balances.FirstOrDefault(balance => balance.Id == item.Charge.EntityId)));

    private static Line LineOf(Charge charge, Balance? balance) => new()
    {
        Type = charge.LineItemType switch
        {
            ChargeLineItemType.AdHoc => LineItemType.AdHoc,
            ChargeLineItemType.BalanceFee => LineItemType.BalanceFee,
        },
        Source = LineSource.Of(charge),
        ServicePeriod = new Window(charge.ServicePeriodStartDate, charge.ServicePeriodEndDate),
        Amount = charge.Amount ?? (Fraction)charge.Units!.Value * charge.UnitPrice!.Value,
        Description = Descriptions.OfCharge(charge),
        AccountingProductId = charge.AccountingProductId ?? balance?.FeesAccountingProductId,
        FlatUnits = charge.Units ?? 1,
        FlatUnitPrice = charge.UnitPrice ?? charge.Amount,
        Derivation = new ChargedAmount(charge.Amount, charge.Units, charge.UnitPrice),
    };
}
