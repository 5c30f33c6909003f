using System.Text.Json.Serialization.Metadata;
using Tallystick.Billing.Bills;
using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.Memos;

/// <summary>The definitions of credit and debit line items. The permissions of their bill apply to them.</summary>
public static class MemoResources
{
    /// <summary>Credit line items.</summary>
    public static ResourceDefinition<CreditLineItem> Credits { get; } = Define<CreditLineItem>(
        ("CreditLineItem", "creditlineitems", "Credits"),
        () => BillingJson.Format.CreditLineItem,
        (memo, billId) => memo with { BillId = billId },
        memo => Complete(memo, LineItemType.CreditMemo, memo.CreditReasonId) with
        {
            CreditReasonId = Given(memo.CreditReasonId) ?? Given(memo.ReasonId),
        },
        LineItemType.CreditMemo,
        new("creditReasonId", "CreditReason", memo => memo.CreditReasonId));

    /// <summary>Debit line items.</summary>
    public static ResourceDefinition<DebitLineItem> Debits { get; } = Define<DebitLineItem>(
        ("DebitLineItem", "debitlineitems", "Debits"),
        () => BillingJson.Format.DebitLineItem,
        (memo, billId) => memo with { BillId = billId },
        memo => Complete(memo, LineItemType.DebitMemo, memo.DebitReasonId) with
        {
            DebitReasonId = Given(memo.DebitReasonId) ?? Given(memo.ReasonId),
        },
        LineItemType.DebitMemo,
        new("debitReasonId", "DebitReason", memo => memo.DebitReasonId));

    private static ResourceDefinition<T> Define<T>(
        (string Kind, string Path, string Tag) names,
        Func<JsonTypeInfo<T>> json,
        Func<T, string, T> into,
        Func<T, T> complete,
        LineItemType type,
        Reference<T> reason)
        where T : MemoLineItem => new(names.Kind, $"bills/{{billId}}/{names.Path}", json)
        {
            Tag = names.Tag,
            EventName = $"billing.{names.Kind.ToLowerInvariant()}",
            PolicyNames = ["billing:bill", "config:bill"],
            PermittedBy = "billId",
            IsInternal = true,
            HasIdsFilter = false,
            Parent = new("Bill", "billId", "bill_id", into),
            Refers =
            [
                new("billId", "Bill", memo => memo.BillId),
                new("productId", "Product", memo => memo.ProductId),
                new("accountingProductId", "Product", memo => memo.AccountingProductId),
                new("referencedBillId", "Bill", memo => memo.ReferencedBillId),
                reason,
            ],
            Complete = (memo, _, _) => ValueTask.FromResult(complete(memo)),
            Check = (memo, issues) => MemoRules.Check(memo, type, (reason.Member, reason.Value(memo)), issues),
            CheckAgainst = MemoRules.CheckAgainstAsync,
            CheckDelete = MemoRules.CheckDeleteAsync,
            AfterWrite = async (change, memo) =>
            {
                await MemoLines.PutOnAsync(change, memo);
                return memo;
            },
        };

    // Clients send an unused reference as an empty string.
    private static T Complete<T>(T memo, LineItemType type, string? reasonId) where T : MemoLineItem => memo with
    {
        LineItemType = memo.LineItemType ?? type,
        ReasonId = Given(memo.ReasonId) ?? Given(reasonId),
        ReferencedBillId = Given(memo.ReferencedBillId),
        ReferencedLineItemId = Given(memo.ReferencedLineItemId),
    };

    private static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
