using Tallystick.Billing.Accounts;
using Tallystick.Billing.BillJobs;
using Tallystick.Billing.Calculation;
using Tallystick.Billing.Calculation.Present;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Billing.Organizations;

namespace Tallystick.Billing.BillRuns;

/// <summary>The bills of one account, charged and not saved.</summary>
/// <param name="Account">The account.</param>
/// <param name="Bills">Its bills, in order of date.</param>
/// <param name="Failures">The bills that could not be calculated.</param>
internal sealed record AccountBills(
    Account Account, IReadOnlyList<BillToSave> Bills, IReadOnlyList<BillJobFailure> Failures);

/// <summary>A charged bill, to be finished and saved.</summary>
/// <param name="Charged">The bill with its charges.</param>
/// <param name="Run">Its date, and the overrides of its job.</param>
/// <param name="OnlyIfMissing">True to skip an existing bill.</param>
internal sealed record BillToSave(ChargedBill Charged, BillRun Run, bool OnlyIfMissing)
{
    /// <summary>True for a bill after those of the job, which is written only if its draws change.</summary>
    internal bool IsFollowing { get; init; }

    /// <summary>The input for a recalculation of the finished bill.</summary>
    internal RunOverrides BasisOf(CalculatedBill bill, OrganizationConfig organization) =>
        Run.Overrides.Kept(organization, bill);
}

/// <summary>
/// Calculates the charges of several accounts together: usage in one pass per aggregation, then accounts in parallel.
/// </summary>
internal static class BillChunk
{
    /// <summary>Calculates the charges.</summary>
    /// <param name="due">The bills to create, by account.</param>
    /// <param name="usage">Reads the usage that they need.</param>
    /// <returns>The result for each account, in the same order.</returns>
    internal static async Task<IReadOnlyList<AccountBills>> ChargeAsync(
        IReadOnlyList<DueAccount> due, UsageFetcher usage)
    {
        var begun = due.AsParallel().AsOrdered().Select(Begin).ToList();
        await usage.FetchAsync(begun.SelectMany(bills => bills.SelectMany(bill => bill.Calculation.Needs)));
        return [.. due.Zip(begun).AsParallel().AsOrdered().Select(one => Charge(one.First, one.Second, usage))];
    }

    private static List<(DueRun Due, BillCalculation Calculation)> Begin(DueAccount due)
    {
        var begun = new List<(DueRun, BillCalculation)>();
        foreach (var run in due.Runs
            .OrderBy(run => run.Run.BillDate).ThenBy(run => run.Run.Frequency).ThenBy(run => run.Run.Interval)
            .ThenBy(run => run.Run.GroupingKeyId, StringComparer.Ordinal))
        {
            if (due.Guarded(() => BillCalculation.Begin(due.Terms.InputFor(due.Account, run.Run))) is { } calculation)
                begun.Add((run, calculation));
        }
        return begun;
    }

    private static AccountBills Charge(
        DueAccount due, List<(DueRun Due, BillCalculation Calculation)> begun, UsageFetcher usage)
    {
        var bills = new List<BillToSave>();
        foreach (var (run, calculation) in begun)
        {
            if (due.Guarded(() => calculation.Charge(usage.AnswersTo(due.Account.Code, calculation.Needs)))
                is { } charged)
                bills.Add(new BillToSave(charged, run.Run, run.OnlyIfMissing) { IsFollowing = run.IsFollowing });
        }
        return new AccountBills(due.Account, bills, due.Failures);
    }
}
