using Tallystick.Billing.BillConfigs;
using Tallystick.Billing.BillJobs;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation;
using Tallystick.Billing.Calculation.Ledger;

namespace Tallystick.Billing.BillRuns;

/// <summary>
/// Finishes the bills of an account in order of date, each with what the bills before it leave of commitments and
/// balances. Nothing is written.
/// </summary>
internal static class FinishBills
{
    /// <summary>Finishes the bills that can be written.</summary>
    /// <param name="stored">The stored bills, by id.</param>
    /// <param name="job">The job.</param>
    /// <param name="config">The organization's bill settings.</param>
    /// <param name="account">The charged bills of the account.</param>
    /// <param name="ledger">The ledger of the account.</param>
    /// <param name="failures">Receives the bills that are refused.</param>
    internal static IReadOnlyList<(BillToSave Bill, FinishedBill Finished)> Of(
        IReadOnlyDictionary<string, Bill> stored, BillJob job, BillConfig? config, AccountBills account,
        AccountLedger ledger, List<BillJobFailure> failures)
    {
        var (writable, locked) = (new List<BillToSave>(), new List<BillToSave>());
        foreach (var bill in account.Bills)
        {
            // What a bill that stays as it is has drawn remains drawn.
            var current = stored.GetValueOrDefault(bill.Charged.Id);
            if (!bill.Charged.HasCredits)
                writable.Add(bill);
            else if (current is null && !bill.IsFollowing && job.Type != BillJobType.Recalculate)
                (BillStates.IsLocked(bill.Run.BillDate, config) ? locked : writable).Add(bill);
            else if (current is not null && !BillWriter.IsLeft(current, job.Id, config, bill.OnlyIfMissing))
                writable.Add(bill);
            else if (current is not null && !bill.IsFollowing && BillStates.IsLocked(current, config))
                locked.Add(bill);
        }
        while (true)
        {
            if (TryFinish(writable, ledger, out var finished) is not (var bill, var refused))
            {
                // Bills of a locked period draw nothing: new ones, and new charges, are refused when they are written.
                TryFinish(locked, ledger, out var unwritten);
                return [.. finished, .. unwritten];
            }
            // A refused bill keeps what it has drawn, so the others have less.
            failures.Add(new BillJobFailure { AccountId = account.Account.Id, Message = refused.Message });
            writable.Remove(bill);
        }
    }

    private static (BillToSave Bill, BillRefusedException Refused)? TryFinish(
        IReadOnlyList<BillToSave> bills, AccountLedger ledger,
        out IReadOnlyList<(BillToSave Bill, FinishedBill Finished)> finished)
    {
        var done = new List<(BillToSave, FinishedBill)>(bills.Count);
        finished = done;
        var state = ledger.Without(bills.Select(bill => bill.Charged.Id));
        foreach (var bill in bills)
        {
            try
            {
                var one = bill.Charged.Finish(state);
                state = state.And(one.Entries);
                done.Add((bill, one));
            }
            catch (BillRefusedException refused)
            {
                return (bill, refused);
            }
        }
        return null;
    }
}
