using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Bills;

/// <summary>
/// Places memo lines on a bill. They follow all calculated lines, credits before debits, each in the order in which
/// they were added. A recalculation replaces the calculated lines and keeps the memos.
/// </summary>
public static class BillMemos
{
    /// <summary>Maximum number of memos on a bill.</summary>
    public const int MaxPerBill = 500;

    /// <summary>True for the line of a memo.</summary>
    public static bool IsMemo(BillLineItem line) =>
        line.LineItemType is LineItemType.CreditMemo or LineItemType.DebitMemo;

    /// <summary>The memo lines of a bill.</summary>
    public static IReadOnlyList<BillLineItem> Of(Bill bill) => [.. (bill.LineItems ?? []).Where(IsMemo)];

    /// <summary>The lines of a bill: calculated lines, then memos, numbered.</summary>
    /// <param name="calculated">The calculated lines, numbered from 1.</param>
    /// <param name="memos">The memos in the order in which they were added.</param>
    public static IReadOnlyList<BillLineItem> Attach(
        IReadOnlyList<BillLineItem> calculated, IReadOnlyList<BillLineItem> memos) => memos.Count == 0
        ? calculated
        :
        [
            .. calculated,
            .. memos.OrderBy(memo => memo.LineItemType == LineItemType.DebitMemo)
                .Select((memo, index) => memo with { SequenceNumber = calculated.Count + index + 1 }),
        ];

    /// <summary>The lines of a bill with a memo, which replaces the one with the same id.</summary>
    public static IReadOnlyList<BillLineItem> With(Bill bill, BillLineItem memo)
    {
        var memos = Of(bill);
        return Attach(
            Calculated(bill),
            memos.Any(one => one.Id == memo.Id)
                ? [.. memos.Select(one => one.Id == memo.Id ? memo : one)]
                : [.. memos, memo]);
    }

    /// <summary>The lines of a bill without a memo.</summary>
    public static IReadOnlyList<BillLineItem> Without(Bill bill, string memoId) =>
        Attach(Calculated(bill), [.. Of(bill).Where(memo => memo.Id != memoId)]);

    /// <summary>The sum of the lines; null if it has too many digits.</summary>
    public static decimal? TotalOf(IReadOnlyList<BillLineItem> lines)
    {
        var total = 0m;
        foreach (var line in lines)
        {
            if (!ExactNumber.TryAdd(total, line.ConvertedSubtotal, out total))
                return null;
        }
        return total;
    }

    private static IReadOnlyList<BillLineItem> Calculated(Bill bill) =>
        [.. (bill.LineItems ?? []).Where(line => !IsMemo(line))];
}
