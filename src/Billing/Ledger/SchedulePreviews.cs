using Tallystick.Billing.Balances;
using Tallystick.Billing.BalanceSchedules;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.Ledger;

/// <summary>What a schedule would create, in the order of its runs.</summary>
/// <param name="Runs">Its runs.</param>
/// <param name="Create">What one of them would create.</param>
public sealed record SchedulePreview(ScheduleRuns Runs, Func<ScheduleRun, Resource> Create);

/// <summary>Says what proposed schedules of a balance would create, and creates nothing.</summary>
public sealed class SchedulePreviews(ResourceService resources)
{
    /// <summary>What a schedule of transactions would create.</summary>
    /// <exception cref="RefusedException">The rules forbid the schedule.</exception>
    public async ValueTask<SchedulePreview> OfTransactionsAsync(
        string organizationId, IVisibility caller, BalanceTransactionSchedule proposed,
        CancellationToken cancellationToken)
    {
        var related = resources.Reader(organizationId, cancellationToken);
        var schedule = await CompleteAsync(BalanceScheduleResources.Transactions, proposed, related, caller);
        var runs = (await BalanceScheduleRules.RunsAsync(schedule, related))!;
        return new SchedulePreview(runs, run => DueRuns.TransactionOf(schedule, run));
    }

    /// <summary>What a schedule of charges would create.</summary>
    /// <exception cref="RefusedException">The rules forbid the schedule.</exception>
    public async ValueTask<SchedulePreview> OfChargesAsync(
        string organizationId, IVisibility caller, Balance balance, BalanceChargeSchedule proposed,
        CancellationToken cancellationToken)
    {
        var related = resources.Reader(organizationId, cancellationToken);
        var schedule = await CompleteAsync(BalanceScheduleResources.Charges, proposed, related, caller);
        var runs = (await BalanceScheduleRules.RunsAsync(schedule, related))!;
        return new SchedulePreview(runs, run => DueRuns.ChargeOf(schedule, balance, run));
    }

    // A schedule that exists may be previewed with changes, so its code may be taken.
    private async ValueTask<T> CompleteAsync<T>(
        ResourceDefinition definition, T proposed, ResourceReader related, IVisibility caller) where T : Resource
    {
        var completed = await definition.CompleteAsync(proposed, null, related);
        await ResourceChecks.CheckProposedAsync(resources.Catalog, definition, completed, related, caller);
        return (T)completed;
    }
}
