using Tallystick.Billing.Bills;
using Tallystick.Resources.Changes;

namespace Tallystick.Billing.BillLife;

/// <summary>Writes a bill together with everything that depends on it.</summary>
public static class BillSaving
{
    /// <summary>Writes a bill.</summary>
    /// <param name="change">The change that it belongs to.</param>
    /// <param name="current">The bill as read within the change; null if it is new.</param>
    /// <param name="bill">Its new state.</param>
    public static async ValueTask<Bill> PutAsync(ResourceChange change, Bill? current, Bill bill)
    {
        var written = await WriteAsync(change, current, bill);
        await AutoApproval.ExpectAsync(change, [written]);
        return written;
    }

    /// <summary>
    /// Writes one of many bills. Follow all of them with <see cref="AutoApproval.ExpectAsync"/>.
    /// </summary>
    internal static async ValueTask<Bill> WriteAsync(ResourceChange change, Bill? current, Bill bill)
    {
        var written = await change.PutAsync(BillResource.Definition, current, bill);
        await BillCommitments.KeepAsync(change, current, written);
        return written;
    }
}
