using Tallystick.Metering.LookupTables;
using Tallystick.Resources.Documents;
using Tallystick.Server.Api.Http;

namespace Tallystick.Server.Api.LookupTables;

/// <summary>Writes responses for jobs on the data of revisions.</summary>
internal sealed class LookupJobAnswer(LookupDownload downloads)
{
    /// <summary>The response for a stored job.</summary>
    internal ReadOnlyMemory<byte> Show(ApiCall call, Document stored) =>
        Show(call, (LookupTableDataJob)LookupTableResource.Jobs.Read(stored.Json.Span));

    /// <summary>The response for a job.</summary>
    internal ReadOnlyMemory<byte> Show(ApiCall call, LookupTableDataJob job) =>
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
                    ? downloads.Url(call, job.RevisionId, job.DataVersion, job.ContentType!, expiry) : null,
                DownloadUrlExpiry = job.Expiry,
            },
            LookupJson.Format.LookupTableRevisionDataJob);
}
