using NodaTime;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Ingest;
using Tallystick.Metering.Measurements;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Files;
using Tallystick.Resources.Jobs;

namespace Tallystick.Metering.Uploads;

/// <summary>Creates upload jobs and receives their files.</summary>
public sealed class MeasurementUploads(
    ResourceService resources, ArrivingUploads arriving, IMeteringCatalog catalog, ILogPartition log, IClock clock)
    : IUploadTarget
{
    /// <summary>Content type of a CSV file.</summary>
    public const string Csv = "text/csv";

    /// <summary>Maximum size of a file in bytes, before and after decompression.</summary>
    public const int MaxLength = UploadedFile.MaxLength;

    /// <summary>Maximum number of jobs of an organization that are running or waiting for their file.</summary>
    public const int MaxRunning = 10;

    /// <summary>Number of invalid rows after which the rest of a file is not read.</summary>
    public const int MaxInvalidRows = 100_000;

    private const string FileKind = "measurement-uploads";

    /// <summary>How long the URL of an upload is valid.</summary>
    public static Duration UrlLifetime { get; } = Duration.FromMinutes(1);

    /// <summary>How long a file is kept after its upload.</summary>
    public static Duration Kept { get; } = Duration.FromDays(30);

    /// <inheritdoc/>
    public string Kind => FileKind;

    /// <summary>The key of the file of a job.</summary>
    public static FileKey KeyOf(string organizationId, string jobId) => FileKey.Of(FileKind, organizationId, jobId);

    /// <summary>A job.</summary>
    /// <exception cref="NotFoundException">There is no such job.</exception>
    public async ValueTask<MeasurementUploadJob> FindAsync(
        string organizationId, string jobId, CancellationToken cancellationToken) =>
        await resources.Reader(organizationId, cancellationToken).FindAsync<MeasurementUploadJob>(jobId)
            ?? throw ResourceService.NotFound(MeasurementUploadResource.Definition, jobId);

    /// <summary>Creates a job that waits for its file.</summary>
    /// <param name="organizationId">The organization.</param>
    /// <param name="principal">Who requests it.</param>
    /// <param name="job">The file.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <exception cref="RefusedException">The meter of a CSV file does not exist.</exception>
    /// <exception cref="TooManyRequestsException">There are too many jobs already.</exception>
    public async Task<MeasurementUploadJob> ExpectAsync(
        string organizationId, string principal, MeasurementUploadJob job, CancellationToken cancellationToken)
    {
        if (job.Meter is { } code && await catalog.FindMeterAsync(organizationId, code, cancellationToken) is null)
            throw new RefusedException(Issue.UnknownReference("meter", "meter", code));
        return await resources.ChangeAsync(organizationId, principal, cancellationToken, async change =>
        {
            await RequireRoomAsync(change, organizationId);
            return await change.PutAsync(MeasurementUploadResource.Definition, null, job);
        });
    }

    /// <inheritdoc/>
    public async ValueTask<FileTerms> ExpectAsync(FileKey key, CancellationToken cancellationToken)
    {
        var job = RequireWaiting(
            await resources.Reader(key.OrganizationId, cancellationToken).FindAsync<MeasurementUploadJob>(key.Id));
        return new FileTerms
        {
            MinLength = job.ContentLength,
            MaxLength = job.ContentLength,
            ContentType = job.ContentType,
            Expiry = clock.GetCurrentInstant() + Kept,
        };
    }

    /// <inheritdoc/>
    public async ValueTask ReceiveAsync(StoredFile file, CancellationToken cancellationToken)
    {
        var position = log.End.Value;
        await ChangeAsync(file.Key, cancellationToken, async (change, job) =>
        {
            await JobQueue.PutAsync(change, MeasurementUploadHandler.QueueName, job.Id);
            return job with
            {
                Status = MeasurementUploadStatus.Running,
                UploadedAt = change.Now,
                LogPosition = position,
            };
        });
    }

    /// <inheritdoc/>
    public async ValueTask RefuseAsync(FileKey key, string reason, CancellationToken cancellationToken) =>
        await ChangeAsync(key, cancellationToken, (_, job) => ValueTask.FromResult(job with
        {
            Status = MeasurementUploadStatus.Failed,
            FailureReason = reason,
        }));

    private Task ChangeAsync(
        FileKey key, CancellationToken cancellationToken,
        Func<ResourceChange, MeasurementUploadJob, ValueTask<MeasurementUploadJob>> work) =>
        resources.ChangeAsync(key.OrganizationId, ResourceService.SystemPrincipal, cancellationToken, async change =>
        {
            var job = RequireWaiting(await change.Related.FindAsync<MeasurementUploadJob>(key.Id));
            return await change.PutAsync(MeasurementUploadResource.Definition, job, await work(change, job));
        });

    // Uploads count as soon as their URL is issued, and no longer once it has expired.
    private async ValueTask RequireRoomAsync(ResourceChange change, string organizationId)
    {
        var waiting = 0;
        foreach (var job in await change.Related.ListAsync<MeasurementUploadJob>(MeasurementUploadResource.Waiting))
        {
            if (arriving.Has(KeyOf(organizationId, job.Id)) || change.Now - job.DtCreated < UrlLifetime)
                waiting++;
            else
                await change.WriteWithoutEventAsync(
                    MeasurementUploadResource.Definition, job, job with { IsExpired = true });
        }
        var running = await change.Related.ListAsync<MeasurementUploadJob>(MeasurementUploadResource.Running);
        if (running.Count + waiting >= MaxRunning)
            throw new TooManyRequestsException(
                $"{MaxRunning} file uploads are running or waiting for their file. Wait for one to finish.");
    }

    private static MeasurementUploadJob RequireWaiting(MeasurementUploadJob? job) => job switch
    {
        null or { IsExpired: true } => throw new NotFoundException("The upload has expired"),
        { IsWaiting: true } => job,
        { FailureReason: { } reason, UploadedAt: null } => throw new RefusedException(new Issue(
            "failed", "", $"The upload has failed: {reason}. Request a new URL", IssueKind.Conflict)),
        _ => throw new RefusedException(
            new Issue("received", "", "The file has already been uploaded", IssueKind.Conflict)),
    };
}
