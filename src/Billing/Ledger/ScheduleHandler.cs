using NodaTime;
using Tallystick.Billing.BalanceSchedules;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;
using Tallystick.Resources.Jobs;

namespace Tallystick.Billing.Ledger;

/// <summary>
/// Executes schedules when they are due. Runs missed while the server was down are executed after the start.
/// </summary>
/// <param name="resources">Executes changes.</param>
/// <param name="name">Name in the queue.</param>
/// <param name="runDue">Executes due runs of a schedule, up to the maximum of one change.</param>
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

    // A schedule with many missed runs needs several changes.
    private sealed class Run(Func<CancellationToken, Task<bool>> step) : IJobRun
    {
        public Task<bool> StepAsync(CancellationToken cancellationToken) => step(cancellationToken);
    }
}
