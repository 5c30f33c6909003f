using System.Threading.Channels;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Metering.LookupTables;
using Tallystick.Resources.Documents;
using Tallystick.Server.Auth;
using Tallystick.Server.Http;
using Tallystick.Server.Workers;

namespace Tallystick.Server.LookupTables;

/// <summary>
/// Copies data and takes in uploaded files, one job after the other. A job that a stop or a crash interrupted is run
/// again from its beginning at the next start: writing the same items again changes nothing. So is one that an outage
/// of the database interrupted, once that is over.
/// </summary>
internal sealed class LookupJobRunner(
    LookupStore lookups, LookupUploads uploads, IDocumentStore store, TimeProvider time,
    ILogger<LookupJobRunner> logger)
    : BackgroundService
{
    private readonly OutageRetry _retry = new(time, logger);
    private const int ItemsAtATime = 1000;
    private const string Principal = "SYSTEM";
    private const string ServerFault = "The job stopped for a fault of the server; its log says why";

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
            Log.LookupJobFailed(logger, exception, jobId);
            await EndAsync(organizationId, jobId, ServerFault, stoppingToken);
            uploads.Forget(jobId);
        }
    }

    private async Task EnqueueInterruptedAsync(CancellationToken cancellationToken)
    {
        var waiting = new HashSet<string>(StringComparer.Ordinal);
        foreach (var organizationId in await Organizations.IdsAsync(store, cancellationToken))
        {
            var running = await lookups.Reader(organizationId, cancellationToken)
                .ListAsync<LookupTableDataJob>(LookupTableResource.Running);
            waiting.UnionWith(running.Select(job => job.Id));
            foreach (var job in running.Reverse())
                Enqueue(organizationId, job.Id);
        }
        uploads.ForgetLeftBehind(waiting);
    }

    private async Task RunAsync(string organizationId, string jobId, CancellationToken cancellationToken)
    {
        // A job can be in the queue twice around a start, or its revision have gone.
        var job = await lookups.Reader(organizationId, cancellationToken).FindAsync<LookupTableDataJob>(jobId);
        string? failure = null;
        try
        {
            if (job is { IsRunning: true, Type: LookupTableDataJobType.Copy })
                await CopyAsync(organizationId, job, cancellationToken);
            else if (job is { IsRunning: true })
                await TakeInAsync(organizationId, job, cancellationToken);
        }
        catch (RefusedException refused)
        {
            failure = refused.Message;
        }
        catch (NotFoundException gone)
        {
            failure = gone.Message;
        }
        if (job is { IsRunning: true })
            await EndAsync(organizationId, jobId, failure, cancellationToken);
        uploads.Forget(jobId);
    }

    private async Task CopyAsync(string organizationId, LookupTableDataJob job, CancellationToken cancellationToken)
    {
        long? after = null;
        while (true)
        {
            var items = await lookups.ItemsAsync(
                organizationId, job.RevisionId, after, ItemsAtATime, cancellationToken);
            if (items.Count > 0)
                await WriteAsync(
                    organizationId, job, [.. items.Select(one => one.Item.Values)], cancellationToken);
            if (items.Count < ItemsAtATime)
                return;
            after = items[^1].Sequence;
        }
    }

    // Every row is looked at before the first is written, so that a faulty file changes nothing.
    private async Task TakeInAsync(string organizationId, LookupTableDataJob job, CancellationToken cancellationToken)
    {
        var revision = await LookupRevisions.FindAsync(
            lookups.Reader(organizationId, cancellationToken), job.RevisionId, null);
        foreach (var _ in Read(job, revision))
            cancellationToken.ThrowIfCancellationRequested();
        foreach (var rows in Read(job, revision).Chunk(ItemsAtATime))
            await WriteAsync(organizationId, job, rows, cancellationToken);
    }

    private IEnumerable<IReadOnlyDictionary<string, CustomFieldValue>> Read(
        LookupTableDataJob job, LookupTableRevision revision)
    {
        using var file = File.OpenRead(uploads.PathOf(job.Id));
        using var text = LookupFileReader.Decode(file);
        foreach (var row in new LookupFileReader(text, revision).Read(job.ContentType!))
            yield return row;
    }

    private Task<LookupTableData> WriteAsync(
        string organizationId,
        LookupTableDataJob job,
        IReadOnlyList<IReadOnlyDictionary<string, CustomFieldValue>> rows,
        CancellationToken cancellationToken) =>
        lookups.ChangeAsync(organizationId, job.CreatedBy ?? Principal, cancellationToken, async change =>
            await change.UpsertAsync(await change.DraftAsync(job.TargetId, null), rows));

    private Task<bool> EndAsync(
        string organizationId, string jobId, string? failure, CancellationToken cancellationToken) =>
        lookups.ChangeAsync(organizationId, Principal, cancellationToken, async change =>
        {
            if (await change.Related.FindAsync<LookupTableDataJob>(jobId) is not { } current)
                return false;
            await change.UpdateAsync(current, current with
            {
                Status = failure is null ? LookupTableDataJobStatus.Succeeded : LookupTableDataJobStatus.Failed,
                FailureReason = failure,
            });
            return true;
        });
}
