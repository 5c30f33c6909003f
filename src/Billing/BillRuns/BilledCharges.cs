using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation;
using Tallystick.Billing.Calculation.Present;
using Tallystick.Billing.Charges;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.BillRuns;

/// <summary>
/// Keeps each charge on one bill only: <c>billId</c> of a charge is set in the change that saves its bill, and cleared
/// when the bill no longer contains the charge.
/// </summary>
public static class BilledCharges
{
    /// <summary>Puts the charges of a calculated bill on it, and releases those that it no longer contains.</summary>
    /// <param name="change">The change that saves the bill.</param>
    /// <param name="accountCode">Code of the account, for the message.</param>
    /// <param name="current">The bill as stored; null if it is new.</param>
    /// <param name="billId">UUID of the bill.</param>
    /// <param name="lines">Its lines.</param>
    /// <exception cref="BillRefusedException">
    /// A charge was deleted or put on another bill since the run loaded it; nothing was written.
    /// </exception>
    internal static async ValueTask MoveAsync(
        ResourceChange change, string accountCode, Bill? current, string billId, IReadOnlyList<BillLineItem> lines)
    {
        var billed = IdsOn(lines);
        var charges = await FindAsync(change, [.. billed.Union(IdsOn(current?.LineItems))]);
        foreach (var id in billed)
        {
            if (charges.GetValueOrDefault(id) is not { } charge || (charge.BillId is { } other && other != billId))
                throw new BillRefusedException(
                    $"Account {accountCode}: the charge {id} was deleted or billed while the run was calculating. "
                    + "Run the job again.");
        }
        foreach (var charge in charges.Values)
        {
            if (billed.Contains(charge.Id))
                await KeepAsync(change, charge, billId);
            else if (charge.BillId == billId)
                await KeepAsync(change, charge, null);
        }
    }

    /// <summary>
    /// Refuses charges that are due on a locked bill, so that they are not forgotten. Commitment fees are not refused:
    /// the next bill has what a locked one lacks.
    /// </summary>
    /// <exception cref="BillRefusedException">The calculated bill has a charge that is not on it.</exception>
    internal static void RefuseNew(Bill locked, CalculatedBill calculated)
    {
        var billed = IdsOn(locked.LineItems);
        if (calculated.LineItems.FirstOrDefault(line => line.ChargeId is { } id && !billed.Contains(id)) is { } late)
            throw new BillRefusedException(
                $"Account {calculated.AccountCode}: the charge {late.ChargeId} cannot be billed, because the bill of "
                + $"its date, {InstantText.Write(calculated.BillDate)}, is locked. Give the charge a later billDate.");
    }

    /// <summary>Releases the charges of a bill that is deleted, so that another bill can contain them.</summary>
    public static async ValueTask ReleaseAsync(ResourceChange change, Bill bill)
    {
        foreach (var charge in (await FindAsync(change, [.. IdsOn(bill.LineItems)])).Values)
        {
            if (charge.BillId == bill.Id)
                await KeepAsync(change, charge, null);
        }
    }

    private static HashSet<string> IdsOn(IReadOnlyList<BillLineItem>? lines) =>
        (lines ?? []).Select(line => line.ChargeId).OfType<string>().ToHashSet(StringComparer.Ordinal);

    private static async ValueTask<SortedDictionary<string, Charge>> FindAsync(
        ResourceChange change, IReadOnlyList<string> ids) => new(
        ids.Count == 0
            ? []
            : (await change.Related.ListAsync<Charge>(new Condition.In("id", ids)))
                .ToDictionary(charge => charge.Id, StringComparer.Ordinal),
        StringComparer.Ordinal);

    private static async ValueTask KeepAsync(ResourceChange change, Charge charge, string? billId)
    {
        if (charge.BillId != billId)
            await change.KeepAsync(ChargeResource.Definition, charge with { BillId = billId });
    }
}
