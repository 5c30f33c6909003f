using System.Globalization;
using NodaTime;
using Tallystick.Metering.Ingest;
using Tallystick.Metering.Measurements;
using Tallystick.Metering.Measurements.Batches;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Files;
using Tallystick.Resources.Jobs;

namespace Tallystick.Metering.Uploads;

/// <summary>
/// Adds the rows of uploaded files to the log, each exactly once: every batch in the log states how far its file was
/// read, so after an interruption the log itself shows where to continue
/// (docs/decisions/0019-file-uploads-exactly-once.md).
/// </summary>
public sealed class MeasurementUploadHandler(
    ResourceService resources, IFileStore files, MeasurementIntake intake, IMeteringCatalog catalog, ILogPartition log,
    IngestOptions options, IClock clock)
    : IJobHandler
{
    /// <summary>Name of these jobs in the queue.</summary>
    public const string QueueName = "measurementUpload";

    /// <inheritdoc/>
    public string Name => QueueName;

    /// <inheritdoc/>
    public async ValueTask<IJobRun?> BeginAsync(
        string organizationId, QueuedJob queued, CancellationToken cancellationToken)
    {
        var job = await resources.Reader(organizationId, cancellationToken).FindAsync<MeasurementUploadJob>(queued.Id);
        if (job is not { Status: MeasurementUploadStatus.Running })
            return null;
        var checkpoint = UploadCheckpoint.Parse(queued.Checkpoint)
            ?? new UploadCheckpoint(new LogPosition(job.LogPosition), default);
        var lost = checkpoint.Position < log.Start || checkpoint.Position > log.End;
        var reached = lost ? default : await FindReachedAsync(job.Id, checkpoint, cancellationToken);
        return new MeasurementUploadRun(
            new UploadTools(resources, files, intake, catalog, log, options, clock), organizationId, job, reached)
        {
            IsChecked = queued.Checkpoint is not null,
            IsLost = lost,
        };
    }

    /// <inheritdoc/>
    public async ValueTask<bool> FailAsync(ResourceChange change, string id, string reason)
    {
        await MeasurementUploadRun.EndAsync(change, id, reason);
        return true;
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<(string Id, Instant? Due)>> UnqueuedAsync(IResourceReader related) =>
        ValueTask.FromResult<IReadOnlyList<(string Id, Instant? Due)>>([]);

    // A batch of the job after the checkpoint was appended, but the process ended before it saved that.
    private async ValueTask<UploadProgress> FindReachedAsync(
        string jobId, UploadCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        var reached = checkpoint.Progress;
        var batch = new BatchReader();
        await foreach (var entry in log.ReadAsync(checkpoint.Position, cancellationToken))
        {
            foreach (var record in entry.Records)
            {
                batch.OpenHead(record.Bytes);
                if (UploadProgress.FromSource(BatchReader.Text(batch.Source()), jobId) is { } progress)
                    reached = progress;
            }
        }
        return reached;
    }
}

/// <summary>What a run works with.</summary>
internal sealed record UploadTools(
    ResourceService Resources, IFileStore Files, MeasurementIntake Intake, IMeteringCatalog Catalog, ILogPartition Log,
    IngestOptions Options, IClock Clock);

/// <summary>The saved state of a job whose file was checked.</summary>
/// <param name="Position">
/// All batches up to the progress are before this position in the log, all others are after it.
/// </param>
/// <param name="Progress">The progress.</param>
internal readonly record struct UploadCheckpoint(LogPosition Position, UploadProgress Progress)
{
    /// <summary>Reads the output of <see cref="ToString"/>; null for null.</summary>
    public static UploadCheckpoint? Parse(string? text) => text?.Split(' ', 2) is [var position, var progress]
        ? new UploadCheckpoint(
            new LogPosition(long.Parse(position, CultureInfo.InvariantCulture)), UploadProgress.Parse(progress))
        : null;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Position.Value} {Progress}");
}
