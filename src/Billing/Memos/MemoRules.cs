using Tallystick.Billing.BillConfigs;
using Tallystick.Billing.Bills;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Pricing.Currencies;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.Memos;

/// <summary>Rules of memos beyond their shape.</summary>
internal static class MemoRules
{
    private const int MaxDescription = 1000;
    private const int DefaultPlaces = 2;

    internal static void Check(
        MemoLineItem memo, LineItemType type, (string Member, string? Id) reason, Issues issues)
    {
        if (memo.LineItemType != type)
            issues.Add("contradiction", "lineItemType", $"must be {JsonFormat.Name(type)}");
        if (memo.ReasonId != reason.Id)
            issues.Add("contradiction", "reasonId", $"must be the same as {reason.Member}");
        if (TextLength.Of(memo.Description) > MaxDescription)
            issues.Add("length", "description", $"must have at most {MaxDescription} characters");
        if (memo.AmountToApplyOnBill <= 0)
            issues.Add("range", "amountToApplyOnBill", "must be above 0");
        else if (memo.AmountToApplyOnBill > memo.Amount)
            issues.Add("range", "amountToApplyOnBill", "must be at most the amount");
        if (memo.ServicePeriodEndDate < memo.ServicePeriodStartDate)
            issues.Add("order", "servicePeriodEndDate", "must not be before servicePeriodStartDate");
        if (memo.ReferencedLineItemId is not null && memo.ReferencedBillId is null)
            issues.Add("needs", "referencedLineItemId", "requires referencedBillId");
    }

    internal static async ValueTask CheckAgainstAsync<T>(
        T memo, T? current, IResourceReader related, Issues issues) where T : MemoLineItem
    {
        if (await related.FindAsync<Bill>(memo.BillId) is not { } bill)
            return;
        await CheckLockAsync(bill, related, issues);
        if (current is null && BillMemos.Of(bill).Count >= BillMemos.MaxPerBill)
            issues.AddConflict("limit", "", $"The bill has {BillMemos.MaxPerBill} credit and debit line items, the "
                + "maximum");
        await CheckPlacesAsync(memo, bill.Currency, related, issues);
        if (memo.ReferencedLineItemId is { } lineId && lineId != current?.ReferencedLineItemId
            && await related.FindAsync<Bill>(memo.ReferencedBillId) is { } referenced
            && (referenced.LineItems ?? []).All(line => line.Id != lineId))
            issues.AddUnknownReference("referencedLineItemId", "line item", lineId);
        if (BillMemos.TotalOf(BillMemos.With(bill, MemoLines.LineOf(memo, bill, []))) is null)
            issues.Add("digits", "amount", "would give the bill a total of more than 28 digits");
    }

    internal static async ValueTask CheckDeleteAsync<T>(T memo, IResourceReader related, Issues issues)
        where T : MemoLineItem
    {
        if (await related.FindAsync<Bill>(memo.BillId) is not { } bill)
            return;
        await CheckLockAsync(bill, related, issues);
        if (BillMemos.TotalOf(BillMemos.Without(bill, memo.Id)) is null)
            issues.AddConflict("digits", "", "Without it, the bill would have a total of more than 28 digits");
    }

    /// <summary>Refuses to delete a bill to which memos of other bills refer.</summary>
    internal static async ValueTask RefuseIfReferencedAsync(Bill bill, IResourceReader related)
    {
        var referring = Condition.Equal("referenced_bill_id", bill.Id);
        var memos = (await related.ListAsync<CreditLineItem>(referring)).Cast<MemoLineItem>()
            .Concat(await related.ListAsync<DebitLineItem>(referring));
        if (memos.FirstOrDefault(memo => memo.BillId != bill.Id) is { } memo)
            throw new RefusedException(new Issue(
                "in_use", "", "The bill cannot be deleted because the credit or debit line item "
                    + $"'{memo.Id}' of the bill '{memo.BillId}' refers to it", IssueKind.Conflict));
    }

    private static async ValueTask CheckLockAsync(Bill bill, IResourceReader related, Issues issues)
    {
        if (BillStates.IsLocked(bill, await BillConfigResource.FindAsync(related)))
            issues.AddConflict("locked", "", "The bill is locked and cannot be changed");
    }

    private static async ValueTask CheckPlacesAsync(
        MemoLineItem memo, string code, IResourceReader related, Issues issues)
    {
        var currency = (await related.ListAsync<Currency>(Condition.Equal("code", code), limit: 1)).SingleOrDefault();
        var places = currency?.MaxDecimalPlaces ?? DefaultPlaces;
        foreach (var (member, amount) in new[]
            {
                ("amount", memo.Amount), ("amountToApplyOnBill", memo.AmountToApplyOnBill ?? 0),
            })
        {
            if (decimal.Round(amount, places, MidpointRounding.ToZero) != amount)
                issues.Add("decimals", member, $"must have at most {places} decimal places, as the currency {code}");
        }
    }
}
