using NodaTime;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Jobs;

namespace Tallystick.Billing.Statements;

/// <summary>Runs statement jobs.</summary>
public sealed class StatementJobHandler(ResourceService resources, StatementGenerator generator) : IJobHandler
{
    /// <summary>Its name in the queue.</summary>
    public const string QueueName = "statementJob";

    /// <inheritdoc/>
    public string Name => QueueName;

    /// <inheritdoc/>
    public async ValueTask<IJobRun?> BeginAsync(
        string organizationId, QueuedJob queued, CancellationToken cancellationToken)
    {
        var job = await resources.Reader(organizationId, cancellationToken).FindAsync<StatementJob>(queued.Id);
        return job is null || StatementJobResource.HasEnded(job)
            ? null
            : new Generation(this, organizationId, job.Id);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> FailAsync(ResourceChange change, string id, string reason)
    {
        if (await change.Related.FindAsync<StatementJob>(id) is { } job && !StatementJobResource.HasEnded(job))
        {
            await JobQueue.RemoveAsync(change, id);
            await change.PutAsync(StatementJobResource.Definition, job, job with
            {
                StatementJobStatus = StatementJobStatus.Failed,
                FailureReason = reason,
            });
        }
        return true;
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<(string Id, Instant? Due)>> UnqueuedAsync(IResourceReader related) =>
    [
        .. (await related.ListAsync<StatementJob>(StatementJobResource.Active)).Reverse()
            .Select(job => (job.Id, (Instant?)null)),
    ];

    private Task<StatementBasis> GenerateAsync(
        string organizationId, StatementJob job, CancellationToken cancellationToken) =>
        generator.GenerateAsync(organizationId, job, cancellationToken);

    private Task DiscardAsync(string organizationId, string jobId) =>
        generator.DiscardAsync(organizationId, jobId, CancellationToken.None);

    private Task<T> ChangeAsync<T>(
        string organizationId, CancellationToken cancellationToken, Func<ResourceChange, ValueTask<T>> work) =>
        resources.ChangeAsync(organizationId, ResourceService.SystemPrincipal, cancellationToken, work);

    private sealed class Generation(StatementJobHandler handler, string organizationId, string jobId) : IJobRun
    {
        public async Task<bool> StepAsync(CancellationToken cancellationToken)
        {
            if (await handler.ChangeAsync(organizationId, cancellationToken, StartAsync) is not { } job)
                return false;
            StatementBasis basis;
            try
            {
                basis = await handler.GenerateAsync(organizationId, job, cancellationToken);
            }
            catch (StatementException refusal)
            {
                return await handler.ChangeAsync(organizationId, cancellationToken, async change =>
                    !await handler.FailAsync(change, jobId, refusal.Message));
            }
            var completed = await handler.ChangeAsync(organizationId, cancellationToken, async change =>
            {
                var current = await change.Related.FindAsync<StatementJob>(jobId);
                if (current is null || StatementJobResource.HasEnded(current))
                    return false;
                await StatementJobs.CompleteAsync(change, current, current, basis);
                return true;
            });
            if (!completed)
                await handler.DiscardAsync(organizationId, jobId);
            return false;
        }

        // Null if the job was cancelled in the meantime.
        private async ValueTask<StatementJob?> StartAsync(ResourceChange change)
        {
            var job = await change.Related.FindAsync<StatementJob>(jobId);
            if (job is null || StatementJobResource.HasEnded(job))
                return null;
            return job.StatementJobStatus == StatementJobStatus.Running
                ? job
                : await change.PutAsync(StatementJobResource.Definition, job, job with
                {
                    StatementJobStatus = StatementJobStatus.Running,
                });
        }
    }
}
