using NodaTime;
using Tallystick.Billing.Bills;
using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.Memos;

/// <summary>
/// A line item that a person adds to a bill, to credit or charge an amount that no price determines. It becomes a line
/// of the bill at once.
/// </summary>
public abstract record MemoLineItem : Resource
{
    /// <summary>UUID of the bill.</summary>
    [ServerSet]
    public string? BillId { get; init; }

    /// <summary>UUID of the product.</summary>
    public required string ProductId { get; init; }

    /// <summary>UUID of the product to which the amount is attributed for accounting.</summary>
    public required string AccountingProductId { get; init; }

    /// <summary>Description of the line, at most 1,000 characters.</summary>
    [Characters(1, int.MaxValue)]
    public required string Description { get; init; }

    /// <summary>
    /// The amount in the currency of the bill, above 0 and with no more decimal places than the currency has.
    /// </summary>
    [Above(0)]
    public required decimal Amount { get; init; }

    /// <summary>The part of the amount that is applied to this bill, at most the amount. Default: all of it.</summary>
    public decimal? AmountToApplyOnBill { get; init; }

    /// <summary>UUID of the bill that the line item refers to. Omit it if there is none.</summary>
    [RequiredInContract]
    public string? ReferencedBillId { get; init; }

    /// <summary>UUID of the line item of that bill. Omit it if there is none.</summary>
    [RequiredInContract]
    public string? ReferencedLineItemId { get; init; }

    /// <summary>Start of the service period, inclusive.</summary>
    public required Instant ServicePeriodStartDate { get; init; }

    /// <summary>End of the service period, exclusive.</summary>
    public required Instant ServicePeriodEndDate { get; init; }

    /// <summary>UUID of the reason. The same as the credit or debit reason.</summary>
    public string? ReasonId { get; init; }

    /// <summary>
    /// <c>CREDIT_MEMO</c> for a credit, <c>DEBIT_MEMO</c> for a debit. Default: the one that applies.
    /// </summary>
    public LineItemType? LineItemType { get; init; }
}

/// <summary>A credit on a bill, which reduces the total. The total may become negative.</summary>
public sealed record CreditLineItem : MemoLineItem
{
    /// <summary>UUID of the credit reason.</summary>
    public string? CreditReasonId { get; init; }
}

/// <summary>A debit on a bill, which increases the total.</summary>
public sealed record DebitLineItem : MemoLineItem
{
    /// <summary>UUID of the debit reason.</summary>
    public string? DebitReasonId { get; init; }
}
