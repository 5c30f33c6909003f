using System.Threading.Channels;
using Tallystick.Billing.BillJobs;
using Tallystick.Resources.Documents;
using Tallystick.Server.Auth;
using Tallystick.Server.Http;
using Tallystick.Server.Workers;

namespace Tallystick.Server.Bills;

/// <summary>
/// Runs bill jobs one after the other. A job that a stop or a crash interrupted is run again from its beginning at the
/// next start, which makes the same bills: they are derived from their facts. So is one that an outage of the database
/// interrupted, once that is over.
/// </summary>
internal sealed class BillJobRunner(
    BillJobStore jobs, BillMaker maker, IDocumentStore store, TimeProvider time, ILogger<BillJobRunner> logger)
    : BackgroundService
{
    private readonly OutageRetry _retry = new(time, logger);
    private readonly Channel<(string OrganizationId, string JobId)> _queue =
        Channel.CreateUnbounded<(string, string)>();

    /// <summary>Asks for a job to be run.</summary>
    internal void Enqueue(string organizationId, string jobId) => _queue.Writer.TryWrite((organizationId, jobId));

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        await _retry.RunAsync(() => EnqueueInterruptedAsync(stoppingToken), stoppingToken);
        await foreach (var (organizationId, jobId) in _queue.Reader.ReadAllAsync(stoppingToken))
            await _retry.RunAsync(() => RunToEndAsync(organizationId, jobId, stoppingToken), stoppingToken);
    }

    private async Task RunToEndAsync(string organizationId, string jobId, CancellationToken stoppingToken)
    {
        try
        {
            await RunAsync(organizationId, jobId, stoppingToken);
        }
        catch (Exception exception)
            when (!OutageRetry.IsOutage(exception) && !stoppingToken.IsCancellationRequested)
        {
            Log.BillJobFailed(logger, exception, jobId);
            await FailAsync(organizationId, jobId, stoppingToken);
        }
    }

    private async Task EnqueueInterruptedAsync(CancellationToken cancellationToken)
    {
        foreach (var organizationId in await Organizations.IdsAsync(store, cancellationToken))
        {
            foreach (var job in (await jobs.ListActiveAsync(organizationId, cancellationToken)).Reverse())
                Enqueue(organizationId, job.Id);
        }
    }

    private async Task RunAsync(string organizationId, string jobId, CancellationToken cancellationToken)
    {
        var job = await jobs.FindAsync(organizationId, jobId, cancellationToken);
        // A job can be in the queue twice around a start, or have been cancelled meanwhile.
        if (job?.Status is null or BillJobStatus.Complete or BillJobStatus.Cancelled)
            return;
        var outcome = new BillJobOutcome();
        await foreach (var progress in maker.MakeAsync(organizationId, job, outcome, cancellationToken))
        {
            var reported =
                await ReportAsync(organizationId, job, outcome, progress, BillJobStatus.Running, cancellationToken);
            if (reported?.Status == BillJobStatus.Cancelled)
                return;
        }
        await ReportAsync(organizationId, job, outcome, new BillJobProgress(
            outcome.Accounts, 0), BillJobStatus.Complete, cancellationToken);
    }

    private Task<BillJob?> ReportAsync(
        string organizationId,
        BillJob job,
        BillJobOutcome outcome,
        BillJobProgress progress,
        BillJobStatus status,
        CancellationToken cancellationToken) =>
        jobs.ChangeAsync(organizationId, job.Id, job.CreatedBy ?? "", cancellationToken, current => current with
        {
            Status = current.Status == BillJobStatus.Cancelled ? BillJobStatus.Cancelled : status,
            Total = progress.Total,
            Pending = progress.Pending,
            BillIds = job.Type == BillJobType.Recalculate ? job.BillIds : [.. outcome.BillIds],
            Failures = outcome.Failures.Count == 0 ? null : [.. outcome.Failures],
        });

    private Task<BillJob?> FailAsync(string organizationId, string jobId, CancellationToken cancellationToken) =>
        jobs.ChangeAsync(organizationId, jobId, "SYSTEM", cancellationToken, job => job with
        {
            Status = BillJobStatus.Complete,
            Pending = 0,
            Failures = [.. job.Failures ?? [],
                new BillJobFailure { Message = "The job stopped for a fault of the server; its log says why" }],
        });
}
