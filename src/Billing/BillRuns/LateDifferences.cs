using Tallystick.Billing.BillConfigs;
using Tallystick.Billing.BillLife;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation;
using Tallystick.Billing.Calculation.Lines;
using Tallystick.Billing.Calculation.Present;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Foundation.Json;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.BillRuns;

/// <summary>
/// Makes sure that no two bills have the same late usage or missing fee: two jobs can calculate different bills of an
/// account at the same time, and the one that saves later must know what the other has billed.
/// </summary>
internal static class LateDifferences
{
    /// <summary>Refuses a bill whose late usage was billed by another one since it was calculated.</summary>
    /// <exception cref="BillRefusedException">Another bill has a part of it; nothing was written.</exception>
    internal static async ValueTask RefuseBilledAsync(ResourceChange change, CalculatedBill calculated)
    {
        var late = calculated.LineItems.Where(IsLate).ToList();
        if (late.Count == 0)
            return;
        var others = (await change.Related.ListAsync<Bill>(Condition.And(
            Condition.Equal("account_id", calculated.AccountId),
            BillResource.HasLineItem(JsonFormat.Name(LineItemType.ManualAdjustment)))))
            .Where(bill => bill.Id != calculated.Id)
            .SelectMany(bill => bill.LineItems ?? []).Where(IsLate).ToLookup(KeyOf);
        var derivations = calculated.Derivation.Lines.ToLookup(line => line.Id, StringComparer.Ordinal);
        foreach (var line in late)
        {
            if (derivations[line.Id!].ToList() is not [{ Derivation: DifferenceOfUsage known }])
                throw new BillRefusedException(
                    $"Account {calculated.AccountCode}: the bill has several line items for the same late usage of the "
                    + $"bill {line.ReferencedBillId}. Set lateUsageDays to 0 to bill the account without late usage.");
            var former = others[KeyOf(line)].ToList();
            if (former.Sum(one => one.Quantity) != known.AdjustedQuantity
                || former.Sum(one => one.Subtotal) != known.AdjustedSubtotal)
                throw new BillRefusedException(
                    $"Account {calculated.AccountCode}: late usage was billed on another bill while the run was "
                    + "calculating. Run the job again.");
        }
    }

    /// <summary>
    /// Refuses a bill whose missing fees are on another one that can change, and one with a difference to locked bills
    /// that have other fees now. The others can be those of a parent, a child or a former parent.
    /// </summary>
    /// <exception cref="BillRefusedException">The difference is not right; nothing was written.</exception>
    internal static async ValueTask RefuseBilledFeesAsync(
        ResourceChange change, BillConfig? config, CalculatedBill calculated)
    {
        if (calculated.LockedFees.Count == 0)
            return;
        var missing = calculated.LineItems.Where(IsMissingFee).Select(line => line.CommitmentId).ToList();
        var others = (await BillCommitments.ListAsync(change.Related, config, [.. calculated.LockedFees.Keys]))
            .Where(one => one.Bill.Id != calculated.Id).ToLookup(one => one.CommitmentId, one => one.Bill);
        foreach (var (commitmentId, known) in calculated.LockedFees)
        {
            if (FeeDifferences.SumOf(others[commitmentId].Where(bill => bill.IsLocked), commitmentId) != known)
                throw new BillRefusedException(
                    $"Account {calculated.AccountCode}: a bill with fees of the commitment {commitmentId} was locked "
                    + "while the run was calculating. Run the job again.");
            if (missing.Contains(commitmentId) && others[commitmentId]
                .FirstOrDefault(bill => !bill.IsLocked && bill.Lines.Any(IsMissingFee)) is { } other)
                throw new BillRefusedException(
                    $"Account {calculated.AccountCode}: the difference of commitment fees to locked bills is also on "
                    + $"the bill {other.Id}. Recalculate that bill, then run the job again.");
        }
    }

    private static bool IsMissingFee(BillLineItem line) => FeeDifferences.IsDifference(line) && line.Subtotal > 0;

    private static bool IsLate(BillLineItem line) =>
        line is { LineItemType: LineItemType.ManualAdjustment, ReferencedBillId: not null };

    private static (string?, string?, string?, NodaTime.Instant?, string?) KeyOf(BillLineItem line) =>
        (line.ReferencedBillId, line.PlanId, line.PricingId, line.ServicePeriodStartDate, line.ChildAccountId);
}
