using Tallystick.Foundation.Values;
using Tallystick.Metering.LookupTables;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;
using Tallystick.Server.Http;

namespace Tallystick.Server.LookupTables;

/// <summary>Jobs on the data of revisions: how they are found, answered and limited.</summary>
internal static class LookupJobs
{
    private const int MostRunning = 10;

    /// <summary>
    /// Refuses more work than an organization may have waiting. Uploads count from the moment that their URL is given;
    /// those whose file does not come in time fail here.
    /// </summary>
    /// <exception cref="TooManyRequestsException">There is too much already.</exception>
    internal static async ValueTask RequireRoomAsync(LookupChange change, LookupUploads uploads)
    {
        var waiting = 0;
        foreach (var job in await change.Related.ListAsync<LookupTableDataJob>(LookupTableResource.Waiting))
        {
            if (uploads.IsReceiving(job.Id) || change.Now - job.DtCreated < LookupUpload.Lifetime)
                waiting++;
            else
                await change.UpdateAsync(job, job with
                {
                    Status = LookupTableDataJobStatus.Failed,
                    FailureReason = "The file was not uploaded in time",
                });
        }
        var running = await change.Related.ListAsync<LookupTableDataJob>(LookupTableResource.Running);
        if (running.Count + waiting >= MostRunning)
            throw new TooManyRequestsException(
                $"{MostRunning} jobs on lookup tables are running or waiting for their file. Wait for one to end.");
    }

    /// <summary>The job that the path names.</summary>
    /// <exception cref="NotFoundException">The revision has no such job.</exception>
    internal static async ValueTask<LookupTableDataJob> FindAsync(
        IResourceReader related, string id, string revisionId) =>
        await related.FindAsync<LookupTableDataJob>(id) is { } job && job.RevisionId == revisionId
            ? job : throw ResourceService.NotFound(LookupTableResource.Jobs, id);

    /// <summary>A stored job as it is answered.</summary>
    internal static ReadOnlyMemory<byte> Show(ApiCall call, Document stored) =>
        Show(call, (LookupTableDataJob)LookupTableResource.Jobs.Read(stored.Json.Span));

    /// <summary>A job as it is answered.</summary>
    internal static ReadOnlyMemory<byte> Show(ApiCall call, LookupTableDataJob job) =>
        System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(
            new LookupTableRevisionDataJob
            {
                Id = job.Id,
                Version = job.Version,
                FileName = job.FileName,
                LookupTableId = job.LookupTableId,
                LookupTableRevisionId = job.RevisionId,
                DestinationLookupTableRevisionId = job.DestinationId,
                JobDate = job.DtCreated,
                Type = job.Type,
                Status = job.Status,
                FailureReason = job.FailureReason,
                DownloadUrl = job.Expiry is { } expiry
                    ? LookupDownload.Url(call, job.RevisionId, job.DataVersion, job.ContentType!, expiry) : null,
                DownloadUrlExpiry = job.Expiry,
            },
            LookupJson.Format.LookupTableRevisionDataJob);
}
