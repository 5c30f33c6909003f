using Tallystick.Billing.Balances;
using Tallystick.Billing.BalanceSchedules;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.Ledger;

/// <summary>What a schedule would create, in the order of its runs.</summary>
/// <param name="Runs">The runs of the schedule.</param>
/// <param name="Create">Returns what a run would create.</param>
public sealed record SchedulePreview(ScheduleRuns Runs, Func<ScheduleRun, Resource> Create);

/// <summary>Previews what proposed schedules of a balance would create, without creating it.</summary>
public sealed class SchedulePreviews(ResourceService resources)
{
    /// <summary>Previews a transaction schedule.</summary>
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

    /// <summary>Previews a charge schedule.</summary>
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

    // The code may already exist, because an existing schedule can be previewed with changes.
    private async ValueTask<T> CompleteAsync<T>(
        ResourceDefinition definition, T proposed, ResourceReader related, IVisibility caller) where T : Resource
    {
        var completed = await definition.CompleteAsync(proposed, null, related);
        await ResourceChecks.CheckProposedAsync(resources.Catalog, definition, completed, related, caller);
        return (T)completed;
    }
}
