using Tallystick.Billing.Accounts;
using Tallystick.Billing.BillJobs;
using Tallystick.Billing.Calculation;
using Tallystick.Billing.Calculation.Present;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Billing.Organizations;
using Tallystick.Foundation.Values;

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
/// Bills of several accounts whose usage is read together, in one pass per aggregation. Charges are calculated account
/// by account, in parallel.
/// </summary>
internal sealed class BillChunk
{
    private readonly IReadOnlyList<DueAccount> _due;
    private readonly IReadOnlyList<IReadOnlyList<(DueRun Run, BillCalculation Calculation)>> _begun;
    private readonly UsageFetcher _usage;

    private BillChunk(
        IReadOnlyList<DueAccount> due, IReadOnlyList<IReadOnlyList<(DueRun, BillCalculation)>> begun,
        UsageFetcher usage) =>
        (_due, _begun, _usage) = (due, begun, usage);

    /// <summary>Determines the terms of the bills and reads the usage that they need.</summary>
    /// <param name="due">The bills to create, by account.</param>
    /// <param name="usage">Reads the usage.</param>
    internal static async Task<BillChunk> BeginAsync(IReadOnlyList<DueAccount> due, UsageFetcher usage)
    {
        var begun = due.AsParallel().AsOrdered().Select(Begin).ToList();
        await usage.FetchAsync(begun.SelectMany(bills => bills.SelectMany(bill => bill.Calculation.Needs)));
        return new BillChunk(due, begun, usage);
    }

    /// <summary>Calculates all charges.</summary>
    /// <param name="due">The bills to create, by account.</param>
    /// <param name="usage">Reads the usage that they need.</param>
    /// <returns>The result for each account, in the same order.</returns>
    internal static async Task<IReadOnlyList<AccountBills>> ChargeAsync(
        IReadOnlyList<DueAccount> due, UsageFetcher usage) =>
        (await BeginAsync(due, usage)).Charge(0, due.Count);

    /// <summary>Calculates the charges of some accounts.</summary>
    /// <param name="first">Index of the first.</param>
    /// <param name="count">Their number.</param>
    /// <returns>The result for each account, in the same order.</returns>
    internal IReadOnlyList<AccountBills> Charge(int first, int count) =>
    [
        .. Enumerable.Range(first, count).AsParallel().AsOrdered().Select(index => Charge(_due[index], _begun[index])),
    ];

    private static IReadOnlyList<(DueRun Run, BillCalculation Calculation)> Begin(DueAccount due)
    {
        var begun = new List<(DueRun, BillCalculation)>();
        var created = new HashSet<(BillingFrequency, int, string?)>();
        foreach (var run in due.Runs
            .OrderBy(run => run.Run.BillDate).ThenBy(run => run.Run.Frequency).ThenBy(run => run.Run.Interval)
            .ThenBy(run => run.Run.GroupingKeyId, StringComparer.Ordinal))
        {
            var kind = (run.Run.Frequency, run.Run.Interval, run.Run.GroupingKeyId);
            var input = due.Guarded(() => due.Terms.InputFor(
                due.Account, run.Run with { FollowsNew = created.Contains(kind) }));
            if (input is null || due.Guarded(() => BillCalculation.Begin(input)) is not { } calculation)
                continue;
            begun.Add((run, calculation));
            var id = BillCalculation.IdOf(input.OrganizationId, due.Account.Id, run.Run);
            if (!input.Terms.StoredBills.Any(bill => bill.Id == id))
                created.Add(kind);
        }
        return begun;
    }

    private AccountBills Charge(DueAccount due, IReadOnlyList<(DueRun Run, BillCalculation Calculation)> begun)
    {
        var bills = new List<BillToSave>();
        foreach (var (run, calculation) in begun)
        {
            if (due.Guarded(() => calculation.Charge(_usage.AnswersTo(due.Account.Code, calculation.Needs)))
                is { } charged)
                bills.Add(new BillToSave(charged, run.Run, run.OnlyIfMissing) { IsFollowing = run.IsFollowing });
        }
        return new AccountBills(due.Account, bills, due.Failures);
    }
}
