using System.Text.Json.Serialization;
using NodaTime;
using Tallystick.Resources.Definitions;

namespace Tallystick.Metering.LookupTables;

/// <summary>A job on the data of a revision.</summary>
public sealed record LookupTableDataJob : Resource
{
    /// <summary>UUID of the lookup table.</summary>
    public required string LookupTableId { get; init; }

    /// <summary>UUID of the revision.</summary>
    public required string RevisionId { get; init; }

    /// <summary>What the job does.</summary>
    public required LookupTableDataJobType Type { get; init; }

    /// <summary>Status of the job.</summary>
    public required LookupTableDataJobStatus Status { get; init; }

    /// <summary>Reason for the failure.</summary>
    public string? FailureReason { get; init; }

    /// <summary>Name of the file.</summary>
    public string? FileName { get; init; }

    /// <summary>Content type of the file.</summary>
    public string? ContentType { get; init; }

    /// <summary>Size of the file to upload, in bytes.</summary>
    public long ContentLength { get; init; }

    /// <summary>Whether the file was uploaded.</summary>
    public bool IsReceived { get; init; }

    /// <summary>UUID of the revision to which data is copied; only for copies.</summary>
    public string? DestinationId { get; init; }

    /// <summary>Version of the data; only for downloads.</summary>
    public long DataVersion { get; init; }

    /// <summary>When the URL expires; only for downloads.</summary>
    public Instant? Expiry { get; init; }

    /// <summary>Whether the job has work to do. Uploads without a file are waiting, not running.</summary>
    [JsonIgnore]
    public bool IsRunning => Status == LookupTableDataJobStatus.Pending
        && (Type == LookupTableDataJobType.Copy || IsReceived);

    /// <summary>Whether the job is an upload that waits for its file.</summary>
    [JsonIgnore]
    public bool IsWaiting =>
        Status == LookupTableDataJobStatus.Pending && Type == LookupTableDataJobType.Upload && !IsReceived;

    /// <summary>The revision whose data it changes.</summary>
    [JsonIgnore]
    public string TargetId => DestinationId ?? RevisionId;
}

/// <summary>What a job on the data of a revision does.</summary>
public enum LookupTableDataJobType
{
    /// <summary>Copies the data into another revision.</summary>
    Copy,

    /// <summary>Imports an uploaded file into the data.</summary>
    Upload,

    /// <summary>Exports the data to a file.</summary>
    Download,

    /// <summary>Keeps the data of a revision that was archived.</summary>
    Archive,
}

/// <summary>Status of a job on the data of a revision.</summary>
public enum LookupTableDataJobStatus
{
    /// <summary>The job is waiting or running.</summary>
    Pending,

    /// <summary>The job failed; <see cref="LookupTableDataJob.FailureReason"/> contains the reason.</summary>
    Failed,

    /// <summary>The job is complete.</summary>
    Succeeded,
}
