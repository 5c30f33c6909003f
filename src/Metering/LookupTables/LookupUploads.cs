using NodaTime;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Files;
using Tallystick.Resources.Jobs;

namespace Tallystick.Metering.LookupTables;

/// <summary>Receives the files of upload jobs. Receiving the file of a job queues the job.</summary>
public sealed class LookupUploads(LookupStore lookups, IClock clock) : IUploadTarget
{
    /// <summary>The kind in the keys of uploaded files.</summary>
    public const string FileKind = "lookup-uploads";

    // Longer than any job needs. A file that still exists after this time has no job, or its job cannot be resumed.
    private static readonly Duration Kept = Duration.FromDays(90);

    /// <summary>How long the URL of an upload is valid.</summary>
    public static Duration UrlLifetime { get; } = Duration.FromMinutes(1);

    /// <inheritdoc/>
    public string Kind => FileKind;

    /// <summary>The key of the file of a job.</summary>
    public static FileKey KeyOf(string organizationId, string jobId) => FileKey.Of(FileKind, organizationId, jobId);

    /// <inheritdoc/>
    public async ValueTask<FileTerms> ExpectAsync(FileKey key, CancellationToken cancellationToken)
    {
        var job = RequireWaiting(
            await lookups.Reader(key.OrganizationId, cancellationToken).FindAsync<LookupTableDataJob>(key.Id));
        return TermsOf(job);
    }

    /// <summary>The required size and type of the file of a job, and its expiry.</summary>
    public FileTerms TermsOf(LookupTableDataJob job) => new()
    {
        MinLength = job.ContentLength,
        MaxLength = job.ContentLength,
        ContentType = job.ContentType!,
        Expiry = clock.GetCurrentInstant() + Kept,
    };

    /// <inheritdoc/>
    public async ValueTask ReceiveAsync(StoredFile file, CancellationToken cancellationToken)
    {
        var (organizationId, jobId) = (file.Key.OrganizationId, file.Key.Id);
        var expected = await lookups.Reader(organizationId, cancellationToken).FindAsync<LookupTableDataJob>(jobId);
        await lookups.ChangeAsync(organizationId, expected?.CreatedBy ?? "", cancellationToken, async change =>
        {
            var job = RequireWaiting(await change.Related.FindAsync<LookupTableDataJob>(jobId));
            await JobQueue.PutAsync(change.Made, LookupJobHandler.QueueName, jobId);
            // The status does not change, so no event is recorded.
            await change.Made.WriteWithoutEventAsync(LookupTableResource.Jobs, job, job with { IsReceived = true });
            return true;
        });
    }

    private static LookupTableDataJob RequireWaiting(LookupTableDataJob? job)
    {
        if (job is null)
            throw new NotFoundException("The upload has expired");
        if (job.Status == LookupTableDataJobStatus.Failed)
        {
            throw new RefusedException(new Issue(
                "failed", "", $"The upload job has failed: {job.FailureReason}. Request a new URL",
                IssueKind.Conflict));
        }
        return job.IsWaiting
            ? job
            : throw new RefusedException(
                new Issue("received", "", "The file has already been uploaded", IssueKind.Conflict));
    }
}
