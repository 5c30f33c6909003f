using NodaTime;
using Tallystick.Billing.BalanceSchedules;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;
using Tallystick.Resources.Jobs;

namespace Tallystick.Billing.Ledger;

/// <summary>Runs schedules when they are due. What was due while the server was down is made after the start.</summary>
/// <param name="resources">Makes changes.</param>
/// <param name="name">Name in the queue.</param>
/// <param name="runDue">Makes what a schedule has due, as much as one change can.</param>
internal sealed class ScheduleHandler<T>(
    ResourceService resources, string name, Func<ResourceChange, T, ValueTask<T>> runDue) : IJobHandler
    where T : BalanceSchedule
{
    private const string Principal = "SCHEDULER";

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public ValueTask<IJobRun?> BeginAsync(
        string organizationId, QueuedJob queued, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IJobRun?>(new Run(cancelled =>
            resources.ChangeAsync(organizationId, Principal, cancelled, change => StepAsync(change, queued.Id))));

    /// <inheritdoc/>
    public ValueTask<bool> FailAsync(ResourceChange change, string id, string reason) => ValueTask.FromResult(false);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<(string Id, Instant? Due)>> UnqueuedAsync(IResourceReader related) =>
    [
        .. (await related.ListAsync<T>(new Condition.NotIn("next_run", [])))
            .Select(schedule => (schedule.Id, schedule.NextRun)),
    ];

    private async ValueTask<bool> StepAsync(ResourceChange change, string id)
    {
        if (await change.Related.FindAsync<T>(id) is { } schedule)
            return (await runDue(change, schedule)).NextRun <= change.Now;
        await JobQueue.RemoveAsync(change, id);
        return false;
    }

    // A schedule that has missed very many runs makes them in several changes.
    private sealed class Run(Func<CancellationToken, Task<bool>> step) : IJobRun
    {
        public Task<bool> StepAsync(CancellationToken cancellationToken) => step(cancellationToken);
    }
}
