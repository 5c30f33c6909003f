using Tallystick.Foundation.Resources;
using Tallystick.Metering.LookupTables;
using Tallystick.Server.Http;
using Tallystick.Server.Resources;
using Tallystick.Storage.Documents;

namespace Tallystick.Server.LookupTables;

/// <summary>Jobs on the data of revisions: how they are found, answered and limited.</summary>
internal static class LookupJobs
{
    private const int MostRunning = 10;

    /// <summary>Refuses more work than an organization may have waiting.</summary>
    /// <exception cref="TooManyRequestsException">There is too much already.</exception>
    internal static async ValueTask RequireRoomAsync(IResourceReader related)
    {
        if ((await related.ListAsync<LookupTableDataJob>(LookupTableResource.Running)).Count >= MostRunning)
            throw new TooManyRequestsException(
                $"{MostRunning} jobs on lookup tables are running already; wait for one to end");
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
