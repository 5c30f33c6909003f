using NodaTime;
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
    internal static async ValueTask AddAsync(
        string organizationId, IReadOnlyList<DueAccount> due, ResourceReader related)
    {
        var drawing = due.Where(one => one.Runs.Count > 0 && one.Terms.HasCredits(one.Account)).ToList();
        if (drawing.Count == 0)
            return;
        var first = drawing.Min(one => one.Runs.Min(run => run.Run.BillDate));
        var bills = (await UnlockedAsync([.. drawing.Select(one => one.Account.Id)], first, related))
            .ToLookup(bill => bill.AccountId, StringComparer.Ordinal);
        var following = drawing.ToDictionary(one => one, one => After(organizationId, one, bills[one.Account.Id]));
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

    /// <summary>The bills of accounts from a date on that are not locked themselves.</summary>
    internal static ValueTask<IReadOnlyList<Bill>> UnlockedAsync(
        IReadOnlyList<string> accountIds, LocalDate first, ResourceReader related) =>
        related.ListAsync<Bill>(Condition.And(
            new Condition.In("account_id", accountIds),
            Condition.Equal("locked", "false"),
            new Condition.Compare("bill_date", Comparison.GreaterOrEqual, InstantText.Write(first))));

    private static IReadOnlyList<Bill> After(string organizationId, DueAccount due, IEnumerable<Bill> bills)
    {
        var first = due.Runs.Min(run => run.Run.BillDate);
        var ofJob = due.Runs.Select(run => BillCalculation.IdOf(organizationId, due.Account.Id, run.Run)).ToHashSet();
        return
        [
            .. bills
                .Where(bill => bill.BillDate >= first && !ofJob.Contains(bill.Id))
                .OrderBy(bill => bill.BillDate)
                .ThenBy(bill => bill.BillingFrequency)
                .ThenBy(bill => bill.BillFrequencyInterval)
                .ThenBy(bill => bill.Id, StringComparer.Ordinal)
                .Take(MaxOfAccount),
        ];
    }
}
