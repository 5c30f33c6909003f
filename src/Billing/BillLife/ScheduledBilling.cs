using NodaTime;
using Tallystick.Billing.BillJobs;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Organizations;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;
using Tallystick.Resources.Jobs;

namespace Tallystick.Billing.BillLife;

/// <summary>
/// Starts the bill jobs of organizations with a <c>scheduledBillInterval</c>: one that brings the bills of the current
/// period up to date, and one for each bill date whose bills may still lack late usage. The jobs are created in the
/// change that schedules the next run, so no run happens twice. Its checkpoint is the time up to which late usage has
/// been billed.
/// </summary>
public sealed class ScheduledBilling(ResourceService resources) : IJobHandler
{
    private const string QueueName = "scheduledBilling";
    private const string EntryId = "scheduled-billing";
    private const int MaxLateDates = 31;

    // A job lists its bills, so jobs that run every few minutes cannot be kept forever.
    private static readonly Duration JobsKept = Duration.FromDays(7);

    /// <inheritdoc/>
    public string Name => QueueName;

    /// <summary>Schedules the next run of a changed configuration.</summary>
    internal static ValueTask FollowAsync(ResourceChange change, OrganizationConfig organization) =>
        BillSchedules.NextAfter(change.Now, organization) is { } next
            ? JobQueue.PutAsync(change, QueueName, EntryId, next)
            : JobQueue.RemoveAsync(change, EntryId);

    /// <inheritdoc/>
    public ValueTask<IJobRun?> BeginAsync(
        string organizationId, QueuedJob queued, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IJobRun?>(new StepRun(cancelled =>
            resources.ChangeAsync(organizationId, BillSchedules.Principal, cancelled, async change =>
            {
                await RunAsync(change);
                return false;
            })));

    /// <inheritdoc/>
    public ValueTask<bool> FailAsync(ResourceChange change, string id, string reason) => ValueTask.FromResult(false);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<(string Id, Instant? Due)>> UnqueuedAsync(IResourceReader related) =>
        (await related.ListAsync<OrganizationConfig>(Condition.And(), limit: 1))
            .Any(one => one.ScheduledBillInterval > 0)
            ? [(EntryId, null)]
            : [];

    private static async ValueTask RunAsync(ResourceChange change)
    {
        var organization =
            await change.Related.FindAsync<OrganizationConfig>(change.Related.OrganizationId);
        if (organization is null || BillSchedules.NextAfter(change.Now, organization) is not { } next)
        {
            await JobQueue.RemoveAsync(change, EntryId);
            return;
        }
        // Jobs of a former run that takes longer than the interval are not joined by more.
        var active = await change.Related.ListAsync<BillJob>(BillJobResource.Active);
        if (active.All(job => job.CreatedBy != BillSchedules.Principal))
            await StartJobsAsync(change, OrganizationZone.Of(organization));
        await JobQueue.PutAsync(change, QueueName, EntryId, next);
    }

    private static async ValueTask StartJobsAsync(ResourceChange change, DateTimeZone zone)
    {
        await change.RemoveAllAsync(BillJobResource.Definition, BillJobResource.ScheduledBefore(change.Now - JobsKept));
        await StartAsync(change, null);
        var checkpoint = (await change.Related.FindAsync<QueuedJob>(EntryId))?.Checkpoint;
        Instant? last = InstantText.TryParse(checkpoint ?? "", zone, out var former) ? former : null;
        var dates = BillSchedules.LateDates(change.Now, last, zone, MaxLateDates);
        foreach (var date in dates)
        {
            var ofDate = Condition.Equal("bill_date", InstantText.Write(date));
            // Bills of a date that no run has seen yet may all be missing.
            if (LocalDay.Start(date, zone) > last
                || (await change.Related.ListAsync<Bill>(ofDate, limit: 1)).Count > 0)
                await StartAsync(change, date);
        }
        // After a long pause, the next runs continue with the dates that follow.
        var until = dates.Count < MaxLateDates
            ? change.Now : LocalDay.Start(dates[^1], zone) + BillSchedules.LateWindow;
        await JobQueue.SaveCheckpointAsync(
            change, EntryId, InstantText.Sortable(until < change.Now ? until : change.Now));
    }

    private static async ValueTask StartAsync(ResourceChange change, LocalDate? billDate) =>
        await change.CreateAsync(BillJobResource.Definition, new BillJob
        {
            BillDate = billDate,
            Type = BillJobType.Create,
            Status = BillJobStatus.Pending,
        });
}
