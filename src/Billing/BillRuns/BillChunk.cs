using Tallystick.Billing.Accounts;
using Tallystick.Billing.BillJobs;
using Tallystick.Billing.Calculation;
using Tallystick.Billing.Organizations;

namespace Tallystick.Billing.BillRuns;

/// <summary>The bills of one account, calculated and not saved.</summary>
/// <param name="Account">The account.</param>
/// <param name="Bills">Its bills.</param>
/// <param name="Failures">The bills that could not be calculated.</param>
internal sealed record AccountBills(
    Account Account, IReadOnlyList<BillToSave> Bills, IReadOnlyList<BillJobFailure> Failures);

/// <summary>One calculated bill.</summary>
/// <param name="Bill">The bill.</param>
/// <param name="Basis">The input for a recalculation.</param>
/// <param name="OnlyIfMissing">True to skip an existing bill.</param>
internal sealed record BillToSave(CalculatedBill Bill, RunOverrides Basis, bool OnlyIfMissing);

/// <summary>Calculates the bills of several accounts together, to reduce the number of usage queries.</summary>
internal static class BillChunk
{
    /// <summary>Calculates the bills.</summary>
    /// <param name="due">The bills to create, by account.</param>
    /// <param name="usage">Reads the usage that they need.</param>
    /// <param name="organization">The organization's settings.</param>
    /// <returns>The result for each account, in the same order.</returns>
    internal static async Task<IReadOnlyList<AccountBills>> CalculateAsync(
        IReadOnlyList<DueAccount> due, UsageFetcher usage, OrganizationConfig organization)
    {
        var inputs = due.Select(InputsOf).ToList();
        await usage.FetchAsync(inputs.SelectMany(ofAccount => ofAccount.SelectMany(input => input.Needs)));
        return
        [
            .. due.Zip(inputs, (ofAccount, of) =>
            {
                List<BillToSave> bills =
                [
                    .. of.Select(input => ofAccount.Guarded(() => BillCalculation.Calculate(
                            input.Input, usage.AnswersTo(ofAccount.Account.Code, input.Needs))) is { } bill
                        ? new BillToSave(
                            bill, input.Run.Run.Overrides.Kept(organization, bill), input.Run.OnlyIfMissing)
                        : null).OfType<BillToSave>(),
                ];
                return new AccountBills(ofAccount.Account, bills, ofAccount.Failures);
            }),
        ];
    }

    private static List<(DueRun Run, BillInput Input, IReadOnlyList<UsageNeed> Needs)> InputsOf(DueAccount due)
    {
        var inputs = new List<(DueRun, BillInput, IReadOnlyList<UsageNeed>)>();
        foreach (var run in due.Runs)
        {
            if (due.Guarded(() => due.Terms.InputFor(due.Account, run.Run)) is { } input
                && due.Guarded(() => BillCalculation.Needs(input)) is { } needs)
                inputs.Add((run, input, needs));
        }
        return inputs;
    }
}
