using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.Bills;

/// <summary>A former calculation of a bill: what the bill was before a recalculation changed it.</summary>
public sealed record FormerBill : Resource
{
    /// <summary>UUID of the bill.</summary>
    public required string BillId { get; init; }

    /// <summary>The bill as it was, with the version that it had.</summary>
    public required Bill Bill { get; init; }
}

/// <summary>The former calculations of bills. The oldest are removed when there are too many of one bill.</summary>
public static class FormerBillResource
{
    /// <summary>Maximum number of former calculations kept for a bill.</summary>
    public const int MaxPerBill = 50;

    /// <summary>The definition.</summary>
    public static ResourceDefinition<FormerBill> Definition { get; } =
        new("FormerBill", "", () => BillingJson.Format.FormerBill)
        {
            IsInternal = true,
            IndexedBy = [new("bill_id", former => former.BillId)],
        };

    /// <summary>Selects the former calculations of a bill.</summary>
    public static Condition Of(string billId) => Condition.Equal("bill_id", billId);

    /// <summary>Keeps a bill that a recalculation changes, unless the recalculation gives the same bill.</summary>
    internal static async ValueTask KeepAsync(ResourceChange change, Bill before, Bill after)
    {
        if (BillDifference.Of(before, after).IsEmpty)
            return;
        var kept = await change.Related.ListAsync<FormerBill>(Of(before.Id));
        foreach (var oldest in kept.OrderByDescending(one => one.Bill.Version).Skip(MaxPerBill - 1))
            await change.RemoveAsync(Definition, oldest);
        await change.PutAsync(Definition, null, new FormerBill { BillId = before.Id, Bill = before });
    }
}
