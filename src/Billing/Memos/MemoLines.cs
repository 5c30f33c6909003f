using Tallystick.Billing.BillLife;
using Tallystick.Billing.Bills;
using Tallystick.Metering.Products;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.Memos;

/// <summary>
/// Keeps the line of a memo on its bill, in the change that writes the memo. The bill must then be approved again.
/// </summary>
internal static class MemoLines
{
    /// <summary>Adds the line of a memo to its bill, or replaces it.</summary>
    internal static async ValueTask PutOnAsync(ResourceChange change, MemoLineItem memo)
    {
        var bill = (await change.Related.FindAsync<Bill>(memo.BillId))!;
        var products = await change.Related.ListAsync<Product>(
            new Condition.In("id", [memo.ProductId, memo.AccountingProductId]));
        await PutAsync(change, bill, BillMemos.With(bill, LineOf(memo, bill, products)));
    }

    /// <summary>Takes the line of a memo off its bill.</summary>
    internal static async ValueTask TakeOffAsync(ResourceChange change, MemoLineItem memo)
    {
        var bill = (await change.Related.FindAsync<Bill>(memo.BillId))!;
        await PutAsync(change, bill, BillMemos.Without(bill, memo.Id));
    }

    /// <summary>The line of a memo, which has the id of the memo.</summary>
    internal static BillLineItem LineOf(MemoLineItem memo, Bill bill, IReadOnlyList<Product> products)
    {
        var applied = memo.AmountToApplyOnBill ?? memo.Amount;
        var subtotal = memo is CreditLineItem ? -applied : applied;
        var product = products.FirstOrDefault(one => one.Id == memo.ProductId);
        var accounting = products.FirstOrDefault(one => one.Id == memo.AccountingProductId);
        return new BillLineItem
        {
            Id = memo.Id,
            LineItemType = memo is CreditLineItem ? LineItemType.CreditMemo : LineItemType.DebitMemo,
            Description = memo.Description,
            ProductId = memo.ProductId,
            ProductName = product?.Name,
            ProductCode = product?.Code,
            AccountingProductId = memo.AccountingProductId,
            AccountingProductName = accounting?.Name,
            AccountingProductCode = accounting?.Code,
            Quantity = 1,
            Units = 1,
            Unit = "",
            AverageUnitPrice = subtotal,
            Subtotal = subtotal,
            Currency = bill.Currency,
            ConversionRate = 1,
            ConvertedSubtotal = subtotal,
            ServicePeriodStartDate = memo.ServicePeriodStartDate,
            ServicePeriodEndDate = memo.ServicePeriodEndDate,
            ReferencedBillId = memo.ReferencedBillId,
            ReferencedLineItemId = memo.ReferencedLineItemId,
            ReasonId = memo.ReasonId,
        };
    }

    private static async ValueTask PutAsync(ResourceChange change, Bill bill, IReadOnlyList<BillLineItem> lines)
    {
        var changed = BillStates.Change(bill) with { LineItems = lines, BillTotal = BillMemos.TotalOf(lines) };
        await FormerBillResource.KeepAsync(change, bill, changed);
        await BillSaving.PutAsync(change, bill, changed);
    }
}
