using NodaTime;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Files;
using Tallystick.Resources.Jobs;

namespace Tallystick.Metering.LookupTables;

/// <summary>Creates and deletes jobs on the data of revisions.</summary>
public sealed class LookupJobs(LookupStore lookups, ArrivingUploads uploads)
{
    private const int MaxRunning = 10;
    private const int MaxNameLength = 200;
    private const string OfCopy = " Copy";

    /// <summary>How long the URL of a download is valid.</summary>
    public static Duration DownloadLifetime { get; } = Duration.FromHours(1);

    /// <summary>The job of a revision.</summary>
    /// <exception cref="NotFoundException">The revision has no such job.</exception>
    public static async ValueTask<LookupTableDataJob> FindAsync(
        IResourceReader related, string id, string revisionId) =>
        await related.FindAsync<LookupTableDataJob>(id) is { } job && job.RevisionId == revisionId
            ? job : throw ResourceService.NotFound(LookupTableResource.Jobs, id);

    /// <summary>Creates a job that copies the data of a revision.</summary>
    /// <param name="named">The revision.</param>
    /// <param name="targetId">UUID of the draft to copy into; null for a new one.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <exception cref="TooManyRequestsException">There are too many jobs already.</exception>
    public Task<LookupTableDataJob> CopyAsync(
        RevisionReference named, string? targetId, CancellationToken cancellationToken) =>
        ChangeAsync(named, cancellationToken, async change =>
        {
            var source = await LookupRevisions.FindAsync(change.Related, named.Id, named.TableId);
            await RequireRoomAsync(change, named.OrganizationId);
            var destination = targetId is null
                ? await change.InsertAsync(source with
                {
                    Id = "",
                    Name = TextLength.Cut(source.Name, MaxNameLength - OfCopy.Length) + OfCopy,
                    Status = LookupTableRevisionStatus.Draft,
                })
                : await TargetAsync(change, source, targetId);
            var created = await change.InsertAsync(
                New(source, LookupTableDataJobType.Copy) with { DestinationId = destination.Id });
            await JobQueue.PutAsync(change.Made, LookupJobHandler.QueueName, created.Id);
            return created;
        });

    /// <summary>Creates a job that waits for a file with data of a draft.</summary>
    /// <param name="named">The draft.</param>
    /// <param name="file">The file.</param>
    /// <param name="version">The version that the data was read with; null to skip the check.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <exception cref="TooManyRequestsException">There are too many jobs already.</exception>
    public Task<LookupTableDataJob> ExpectUploadAsync(
        RevisionReference named, (string Name, string ContentType, long Length) file, long? version,
        CancellationToken cancellationToken) =>
        ChangeAsync(named, cancellationToken, async change =>
        {
            var revision = await change.DraftAsync(named.Id, named.TableId);
            if (version is { } given)
                await LookupData.RequireVersionAsync(change, revision.Id, given);
            await RequireRoomAsync(change, named.OrganizationId);
            return await change.InsertAsync(New(revision, LookupTableDataJobType.Upload) with
            {
                FileName = file.Name,
                ContentType = file.ContentType,
                ContentLength = file.Length,
            });
        });

    /// <summary>Creates a download of the current data.</summary>
    public Task<LookupTableDataJob> DownloadAsync(
        RevisionReference named, string contentType, CancellationToken cancellationToken) =>
        ChangeAsync(named, cancellationToken, async change =>
        {
            var revision = await LookupRevisions.FindAsync(change.Related, named.Id, named.TableId);
            var data = await change.Related.FindAsync<LookupTableData>(revision.Id);
            return await change.InsertAsync(New(revision, LookupTableDataJobType.Download) with
            {
                Status = LookupTableDataJobStatus.Succeeded,
                FileName = LookupFile.NameOf(revision.Id, contentType),
                ContentType = contentType,
                DataVersion = data?.Version ?? 0,
                Expiry = change.Now + DownloadLifetime,
            });
        });

    /// <summary>An archived revision, and the version of its data.</summary>
    /// <exception cref="RefusedException">The revision is not archived.</exception>
    public async ValueTask<(LookupTableRevision Revision, long DataVersion)> FindArchivedAsync(
        RevisionReference named, CancellationToken cancellationToken)
    {
        var related = lookups.Reader(named.OrganizationId, cancellationToken);
        var revision = await LookupRevisions.FindAsync(related, named.Id, named.TableId);
        if (revision.Status != LookupTableRevisionStatus.Archived)
            throw new RefusedException(
                new Issue("not_archived", "", "The lookup table revision is not archived", IssueKind.Conflict));
        return (revision, (await related.FindAsync<LookupTableData>(revision.Id))?.Version ?? 0);
    }

    /// <summary>Deletes a job that is not running.</summary>
    /// <returns>The job before deletion.</returns>
    public Task<LookupTableDataJob> DeleteAsync(
        RevisionReference named, string jobId, CancellationToken cancellationToken) =>
        ChangeAsync(named, cancellationToken, async change =>
        {
            var revision = await LookupRevisions.FindAsync(change.Related, named.Id, named.TableId);
            var job = await FindAsync(change.Related, jobId, revision.Id);
            if (job.IsRunning)
                throw new RefusedException(
                    new Issue("running", "", "The job is running and cannot be deleted", IssueKind.Conflict));
            await change.Made.RemoveAsync(LookupTableResource.Jobs, job);
            return job;
        });

    private Task<T> ChangeAsync<T>(
        RevisionReference named, CancellationToken cancellationToken, Func<LookupChange, ValueTask<T>> work) =>
        lookups.ChangeAsync(named.OrganizationId, named.Principal, cancellationToken, work);

    private static async ValueTask<LookupTableRevision> TargetAsync(
        LookupChange change, LookupTableRevision source, string target)
    {
        if (target == source.Id)
            throw new RefusedException(new Issue("contradiction", "revisionId", "must be a different revision"));
        if (await change.Related.FindAsync<LookupTableRevision>(target) is not { } found)
            throw new RefusedException(
                Issue.UnknownReference("revisionId", "lookup table revision", target));
        if (!LookupTableRevision.HaveSameSchema(found, source))
            throw new RefusedException(
                new Issue("schema", "revisionId", "must have the same fields and keys as the source revision"));
        return await change.DraftAsync(target, null);
    }

    // Uploads count as soon as their URL is issued. This also fails uploads whose file was not sent in time.
    private async ValueTask RequireRoomAsync(LookupChange change, string organizationId)
    {
        var waiting = 0;
        foreach (var job in await change.Related.ListAsync<LookupTableDataJob>(LookupTableResource.Waiting))
        {
            if (uploads.Has(LookupUploads.KeyOf(organizationId, job.Id))
                || change.Now - job.DtCreated < LookupUploads.UrlLifetime)
                waiting++;
            else
                await change.UpdateAsync(job, job with
                {
                    Status = LookupTableDataJobStatus.Failed,
                    FailureReason = "The file was not uploaded in time",
                });
        }
        var running = await change.Related.ListAsync<LookupTableDataJob>(LookupTableResource.Running);
        if (running.Count + waiting >= MaxRunning)
            throw new TooManyRequestsException(
                $"{MaxRunning} lookup table jobs are running or waiting for an upload. Wait for one to finish.");
    }

    private static LookupTableDataJob New(LookupTableRevision revision, LookupTableDataJobType type) => new()
    {
        LookupTableId = revision.LookupTableId,
        RevisionId = revision.Id,
        Type = type,
        Status = LookupTableDataJobStatus.Pending,
    };
}
