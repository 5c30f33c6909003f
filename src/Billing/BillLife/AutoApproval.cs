using NodaTime;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Organizations;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;
using Tallystick.Resources.Jobs;

namespace Tallystick.Billing.BillLife;

/// <summary>
/// Approves pending bills once the grace period after their bill date has passed. The queue has one entry for each
/// organization that has a grace period and pending bills; every write of a pending bill makes sure of that, so a bill
/// that is recalculated late is approved again at once.
/// </summary>
public sealed class AutoApproval(ResourceService resources) : IJobHandler
{
    private const string QueueName = "billApproval";
    private const string EntryId = "bill-approval";
    private const int BillsAtATime = 100;

    // Longer than any real grace period, and far from overflow.
    private const int MaxDays = 36_500;

    private static readonly Condition Pending = Condition.Equal("status", JsonFormat.Name(BillStatus.Pending));

    /// <inheritdoc/>
    public string Name => QueueName;

    /// <summary>When a bill of a date is approved: the start of the date, plus the grace period.</summary>
    /// <returns>Null if the organization has no grace period.</returns>
    public static Instant? DueOf(LocalDate billDate, OrganizationConfig organization)
    {
        if (GraceOf(organization) is not { } grace)
            return null;
        var start = LocalDay.Start(billDate, OrganizationZone.Of(organization));
        return Instant.MaxValue - grace < start ? Instant.MaxValue : start + grace;
    }

    /// <summary>Queues the approval of the pending bills if the organization has a grace period.</summary>
    internal static async ValueTask ExpectAsync(ResourceChange change, IReadOnlyList<Bill> bills)
    {
        List<LocalDate> pending =
            [.. bills.Where(bill => bill.Status == BillStatus.Pending).Select(bill => bill.BillDate)];
        if (pending.Count == 0
            || await ConfigAsync(change) is not { } organization || DueOf(pending.Min(), organization) is not { } due)
            return;
        var queued = await change.Related.FindAsync<QueuedJob>(EntryId);
        if (queued is null || queued.Due > due)
            await JobQueue.PutAsync(change, QueueName, EntryId, due);
    }

    /// <summary>Applies a changed configuration to the bills that are pending.</summary>
    internal static ValueTask FollowAsync(ResourceChange change, OrganizationConfig organization) =>
        GraceOf(organization) is null
            ? JobQueue.RemoveAsync(change, EntryId)
            : JobQueue.PutAsync(change, QueueName, EntryId);

    /// <inheritdoc/>
    public ValueTask<IJobRun?> BeginAsync(
        string organizationId, QueuedJob queued, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IJobRun?>(new StepRun(cancelled =>
            resources.ChangeAsync(organizationId, BillSchedules.Principal, cancelled, StepAsync)));

    /// <inheritdoc/>
    public ValueTask<bool> FailAsync(ResourceChange change, string id, string reason) => ValueTask.FromResult(false);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<(string Id, Instant? Due)>> UnqueuedAsync(IResourceReader related) =>
        (await related.ListAsync<OrganizationConfig>(Condition.And(), limit: 1)).Any(one => GraceOf(one) is not null)
            ? [(EntryId, null)]
            : [];

    private static async ValueTask<bool> StepAsync(ResourceChange change)
    {
        if (await ConfigAsync(change) is not { } organization || GraceOf(organization) is not { } grace)
        {
            await JobQueue.RemoveAsync(change, EntryId);
            return false;
        }
        // The latest bill date whose grace period has passed.
        var last = LocalDay.Of(change.Now - grace, OrganizationZone.Of(organization));
        var due = await change.Related.ListAsync<Bill>(
            Condition.And(Pending, new Condition.Compare(
                "bill_date", Comparison.LessOrEqual, InstantText.Write(last))),
            BillsAtATime);
        var approved = await BillLifecycle.ApproveAsync(change, BillSchedules.Principal, due);
        if (approved > 0 && due.Count == BillsAtATime)
            return true;
        if ((await change.Related.ListAsync<Bill>(Pending, limit: 1)).Count > 0)
            await JobQueue.PutAsync(change, QueueName, EntryId, DueOf(last.PlusDays(1), organization));
        else
            await JobQueue.RemoveAsync(change, EntryId);
        return false;
    }

    private static Duration? GraceOf(OrganizationConfig organization) =>
        (organization.AutoApproveBillsGracePeriod, organization.AutoApproveBillsGracePeriodUnit) switch
        {
            ({ } minutes, TimePeriodUnit.Minutes) => Duration.FromMinutes(Math.Min(minutes, MaxDays * 24 * 60)),
            ({ } hours, TimePeriodUnit.Hours) => Duration.FromHours(Math.Min(hours, MaxDays * 24)),
            ({ } days, TimePeriodUnit.Days) => Duration.FromDays(Math.Min(days, MaxDays)),
            _ => null,
        };

    private static ValueTask<OrganizationConfig?> ConfigAsync(ResourceChange change) =>
        change.Related.FindAsync<OrganizationConfig>(change.Related.OrganizationId);
}
