using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.BillRuns;

/// <summary>
/// Bills of an account after those of a job: what is left of commitments and balances for them depends on what earlier
/// bills draw. They are calculated again in the same change, and written only if their draws change. Locked bills keep
/// what they have drawn.
/// </summary>
internal static class FollowingBills
{
    /// <summary>
    /// Maximum number for each account, the earliest ones. Bills after those keep what they have drawn until they are
    /// calculated again.
    /// </summary>
    private const int MaxOfAccount = 60;

    /// <summary>Adds them to the bills of accounts that have commitments or balances.</summary>
    internal static async ValueTask AddAsync(IReadOnlyList<DueAccount> due, ResourceReader related)
    {
        var drawing = due.Where(one => one.Runs.Count > 0 && one.Terms.HasCredits(one.Account)).ToList();
        if (drawing.Count == 0)
            return;
        var first = drawing.Min(one => one.Runs.Min(run => run.Run.BillDate));
        var bills = (await related.ListAsync<Bill>(Condition.And(
            new Condition.In("account_id", [.. drawing.Select(one => one.Account.Id)]),
            Condition.Equal("locked", "false"),
            new Condition.Compare("bill_date", Comparison.GreaterOrEqual, InstantText.Write(first)))))
            .ToLookup(bill => bill.AccountId, StringComparer.Ordinal);
        var following = drawing.ToDictionary(one => one, one => After(one, bills[one.Account.Id]));
        var bases = await BillDocuments.BasesAsync(related, following.Values.SelectMany(some => some));
        foreach (var (account, some) in following)
        {
            account.Runs =
            [
                .. account.Runs,
                .. some.Select(bill =>
                    BillsOfJob.Again(bill, bases.GetValueOrDefault(bill.Id)) with { IsFollowing = true }),
            ];
        }
    }

    private static IReadOnlyList<Bill> After(DueAccount due, IEnumerable<Bill> bills)
    {
        var runs = due.Runs.Select(run => PlaceOf(run.Run)).ToHashSet();
        var first = runs.Min();
        return
        [
            .. bills
                .Select(bill => (Place: (bill.BillDate, bill.BillingFrequency, bill.BillFrequencyInterval), Bill: bill))
                .Where(one => one.Place.CompareTo(first) > 0 && !runs.Contains(one.Place))
                .OrderBy(one => one.Place)
                .Take(MaxOfAccount)
                .Select(one => one.Bill),
        ];
    }

    private static (NodaTime.LocalDate Date, BillingFrequency Frequency, int Interval) PlaceOf(BillRun run) =>
        (run.BillDate, run.Frequency, run.Interval);
}
