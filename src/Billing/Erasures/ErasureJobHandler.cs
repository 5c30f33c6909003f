using NodaTime;
using Tallystick.Billing.Accounts;
using Tallystick.Metering.Ingest;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Removal;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Jobs;

namespace Tallystick.Billing.Erasures;

/// <summary>Erases usage from the measurement store.</summary>
public sealed class ErasureJobHandler(
    ResourceService resources, IUsageRemoval store, FailedMeasurements failures, LoadedLog log) : IJobHandler
{
    /// <summary>Its name in the queue.</summary>
    public const string QueueName = "measurementErasure";

    /// <inheritdoc/>
    public string Name => QueueName;

    /// <inheritdoc/>
    public async ValueTask<IJobRun?> BeginAsync(
        string organizationId, QueuedJob queued, CancellationToken cancellationToken)
    {
        var related = resources.Reader(organizationId, cancellationToken);
        if (await related.FindAsync<MeasurementErasure>(queued.Id) is not { } asked)
            return null;
        var code = asked.AccountCode ?? (await related.FindAsync<Account>(asked.AccountId))?.Code;
        return new ErasureRun(
            resources, store, failures, log, organizationId, asked, log.Restored(asked.LogPosition, asked.DtCreated),
            code);
    }

    // An erasure is never given up, because the law may require it.
    /// <inheritdoc/>
    public ValueTask<bool> FailAsync(ResourceChange change, string id, string reason) => ValueTask.FromResult(false);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<(string Id, Instant? Due)>> UnqueuedAsync(IResourceReader related) =>
        UnfinishedRemovals.FindAsync<MeasurementErasure>(related, store);
}

/// <summary>
/// An erasure in progress. Every step can be repeated, so after an interruption it starts again from its first step.
/// </summary>
internal sealed class ErasureRun(
    ResourceService resources, IUsageRemoval store, FailedMeasurements failures, LoadedLog log,
    string organizationId, MeasurementErasure asked, LogPosition before, string? accountCode) : IJobRun
{
    private const int FailuresAtATime = 1000;

    // Where the search for failures continues; null once it has ended.
    private LogPosition? _failuresBefore = accountCode is null ? null : before;

    /// <inheritdoc/>
    public async Task<bool> StepAsync(CancellationToken cancellationToken)
    {
        if (!await log.WaitAsync(before, cancellationToken))
            return true;
        if (_failuresBefore is { } position)
        {
            await DeleteFailuresAsync(position, cancellationToken);
            return true;
        }
        var progress = await store.EraseAsync(
            new UsageErasure(organizationId, asked.Id, asked.AccountId, before, log.Start), cancellationToken);
        if (!progress.IsDone)
            return true;
        await EndAsync(progress.Erased, cancellationToken);
        return false;
    }

    // The store knows the account of a failure only if the account was looked up. The other failures of the account
    // are those that were sent with its code.
    private async Task DeleteFailuresAsync(LogPosition position, CancellationToken cancellationToken)
    {
        var page = await failures.FindByCodeAsync(
            organizationId, accountCode!, position, FailuresAtATime, cancellationToken);
        var found = page.Found.Where(one => one < before).ToList();
        if (found.Count > 0)
            await store.DeleteFailuresAsync(organizationId, found, cancellationToken);
        _failuresBefore = page.Next;
    }

    private Task EndAsync(long erased, CancellationToken cancellationToken) =>
        resources.ChangeAsync(organizationId, ResourceService.SystemPrincipal, cancellationToken, async change =>
        {
            if (await change.Related.FindAsync<MeasurementErasure>(asked.Id)
                is { Status: RemovalStatus.Pending } current)
            {
                await change.PutAsync(MeasurementErasureResource.Definition, current, current with
                {
                    Status = RemovalStatus.Done,
                    Erased = erased,
                });
            }
            await JobQueue.RemoveAsync(change, asked.Id);
            return true;
        });
}
