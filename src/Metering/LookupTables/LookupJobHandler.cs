using System.Globalization;
using NodaTime;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Files;
using Tallystick.Resources.Jobs;

namespace Tallystick.Metering.LookupTables;

/// <summary>Runs the jobs that copy data and import uploaded files.</summary>
public sealed class LookupJobHandler(LookupStore lookups, IFileStore files) : IJobHandler
{
    /// <summary>Name of these jobs in the queue.</summary>
    public const string QueueName = "lookupTableData";

    /// <inheritdoc/>
    public string Name => QueueName;

    /// <inheritdoc/>
    public async ValueTask<IJobRun?> BeginAsync(
        string organizationId, QueuedJob queued, CancellationToken cancellationToken)
    {
        // The job may have been deleted with its revision, or the process may have stopped after it ended but before
        // its file was deleted.
        var job = await lookups.Reader(organizationId, cancellationToken).FindAsync<LookupTableDataJob>(queued.Id);
        if (job is { IsRunning: true })
            return new LookupJobRun(lookups, files, organizationId, job, PlaceOf(queued.Checkpoint));
        await files.DeleteAsync(LookupUploads.KeyOf(organizationId, queued.Id), cancellationToken);
        return null;
    }

    /// <inheritdoc/>
    public async ValueTask<bool> FailAsync(ResourceChange change, string id, string reason)
    {
        // Keep it in the queue, so that its file is deleted in the next run.
        await LookupJobRun.EndAsync(change, id, reason);
        return true;
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<(string Id, Instant? Due)>> UnqueuedAsync(IResourceReader related) =>
    [
        .. (await related.ListAsync<LookupTableDataJob>(LookupTableResource.Running)).Reverse()
            .Select(job => (job.Id, (Instant?)null)),
    ];

    private static long PlaceOf(string? checkpoint) =>
        checkpoint is null ? 0 : long.Parse(checkpoint, CultureInfo.InvariantCulture);
}

/// <summary>A running job. Each step writes some items and saves the position after the last one.</summary>
internal sealed class LookupJobRun(
    LookupStore lookups, IFileStore files, string organizationId, LookupTableDataJob job, long place)
    : IJobRun, IDisposable
{
    private const int ItemsAtATime = 1000;

    private readonly FileKey _key = LookupUploads.KeyOf(organizationId, job.Id);
    private IEnumerator<IReadOnlyDictionary<string, CustomFieldValue>[]>? _rows;
    private long _place = place;

    /// <inheritdoc/>
    public async Task<bool> StepAsync(CancellationToken cancellationToken)
    {
        string? failure = null;
        try
        {
            if (job.Type == LookupTableDataJobType.Copy
                ? await CopyBatchAsync(cancellationToken) : await ImportBatchAsync(cancellationToken))
                return true;
        }
        catch (RefusedException refused)
        {
            failure = refused.Message;
        }
        catch (NotFoundException gone)
        {
            failure = gone.Message;
        }
        Dispose();
        await lookups.ChangeAsync(organizationId, ResourceService.SystemPrincipal, cancellationToken, async change =>
        {
            await EndAsync(change.Made, job.Id, failure);
            return true;
        });
        // Delete the file before the job leaves the queue: if the process stops in between, the next start deletes it.
        await files.DeleteAsync(_key, cancellationToken);
        await lookups.ChangeAsync(organizationId, ResourceService.SystemPrincipal, cancellationToken, async change =>
        {
            await JobQueue.RemoveAsync(change.Made, job.Id);
            return true;
        });
        return false;
    }

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        _rows?.Dispose();
        _rows = null;
    }

    /// <summary>Ends a job. It stays in the queue until its file is deleted.</summary>
    /// <param name="change">The change.</param>
    /// <param name="id">UUID of the job.</param>
    /// <param name="failure">Reason for the failure; null if it succeeded.</param>
    internal static async ValueTask EndAsync(ResourceChange change, string id, string? failure)
    {
        if (await change.Related.FindAsync<LookupTableDataJob>(id) is { IsRunning: true } current)
            await change.PutAsync(LookupTableResource.Jobs, current, current with
            {
                Status = failure is null ? LookupTableDataJobStatus.Succeeded : LookupTableDataJobStatus.Failed,
                FailureReason = failure,
            });
    }

    private async Task<bool> CopyBatchAsync(CancellationToken cancellationToken)
    {
        var items = await lookups.ItemsAsync(organizationId, job.RevisionId, _place, ItemsAtATime, cancellationToken);
        return items.Count > 0
            && await WriteAsync([.. items.Select(one => one.Item.Values)], items[^1].Sequence, cancellationToken)
            && items.Count == ItemsAtATime;
    }

    private async Task<bool> ImportBatchAsync(CancellationToken cancellationToken)
    {
        _rows ??= await OpenAsync(cancellationToken);
        return _rows.MoveNext()
            && await WriteAsync(_rows.Current, _place + _rows.Current.Length, cancellationToken);
    }

    // Checks all rows before the first one is written, so that an invalid file changes nothing.
    private async Task<IEnumerator<IReadOnlyDictionary<string, CustomFieldValue>[]>> OpenAsync(
        CancellationToken cancellationToken)
    {
        var revision = await LookupRevisions.FindAsync(
            lookups.Reader(organizationId, cancellationToken), job.RevisionId, null);
        foreach (var _ in Read(await OpenFileAsync(cancellationToken), revision))
            cancellationToken.ThrowIfCancellationRequested();
        return Read(await OpenFileAsync(cancellationToken), revision)
            .Skip((int)_place).Chunk(ItemsAtATime).GetEnumerator();
    }

    private async Task<OpenedFile> OpenFileAsync(CancellationToken cancellationToken) =>
        await files.OpenAsync(_key, cancellationToken)
            ?? throw new NotFoundException("The uploaded file no longer exists. Upload it again.");

    private IEnumerable<IReadOnlyDictionary<string, CustomFieldValue>> Read(
        OpenedFile file, LookupTableRevision revision)
    {
        using (file)
        {
            using var text = LookupFileReader.Decode(file.Content);
            foreach (var row in new LookupFileReader(text, revision).Read(job.ContentType!))
                yield return row;
        }
    }

    // Returns false, with nothing written, if the job is no longer in the queue.
    private async Task<bool> WriteAsync(
        IReadOnlyList<IReadOnlyDictionary<string, CustomFieldValue>> rows,
        long place,
        CancellationToken cancellationToken)
    {
        var isKept = await lookups.ChangeAsync(
            organizationId, job.CreatedBy ?? ResourceService.SystemPrincipal, cancellationToken, async change =>
            {
                if (!await JobQueue.SaveCheckpointAsync(
                    change.Made, job.Id, place.ToString(CultureInfo.InvariantCulture)))
                    return false;
                await change.UpsertAsync(await change.DraftAsync(job.TargetId, null), rows);
                return true;
            });
        _place = place;
        return isKept;
    }
}
