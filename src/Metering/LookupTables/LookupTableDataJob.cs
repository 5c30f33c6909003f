using System.Text.Json.Serialization;
using NodaTime;
using Tallystick.Resources.Definitions;

namespace Tallystick.Metering.LookupTables;

/// <summary>Work on the data of a revision, or a file made of it.</summary>
public sealed record LookupTableDataJob : Resource
{
    /// <summary>UUID of the lookup table.</summary>
    public required string LookupTableId { get; init; }

    /// <summary>UUID of the revision.</summary>
    public required string RevisionId { get; init; }

    /// <summary>What it does.</summary>
    public required LookupTableDataJobType Type { get; init; }

    /// <summary>How far it is.</summary>
    public required LookupTableDataJobStatus Status { get; init; }

    /// <summary>Reason for the failure.</summary>
    public string? FailureReason { get; init; }

    /// <summary>Name of the file.</summary>
    public string? FileName { get; init; }

    /// <summary>Content type of the file.</summary>
    public string? ContentType { get; init; }

    /// <summary>Bytes of the file to be uploaded.</summary>
    public long ContentLength { get; init; }

    /// <summary>The file was uploaded.</summary>
    public bool IsReceived { get; init; }

    /// <summary>Of a copy, UUID of the revision copied to.</summary>
    public string? DestinationId { get; init; }

    /// <summary>Of a download, the version of the data.</summary>
    public long DataVersion { get; init; }

    /// <summary>Of a download, when its URL ends.</summary>
    public Instant? Expiry { get; init; }

    /// <summary>True while it has work to do: uploads that have not come are only waiting.</summary>
    [JsonIgnore]
    public bool IsRunning => Status == LookupTableDataJobStatus.Pending
        && (Type == LookupTableDataJobType.Copy || IsReceived);

    /// <summary>True for an upload whose file has not come.</summary>
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

    /// <summary>Takes an uploaded file into the data.</summary>
    Upload,

    /// <summary>Makes a file of the data.</summary>
    Download,

    /// <summary>Keeps the data of a revision that was archived.</summary>
    Archive,
}

/// <summary>How far a job on the data of a revision is.</summary>
public enum LookupTableDataJobStatus
{
    /// <summary>It has not ended.</summary>
    Pending,

    /// <summary>It failed; the reason is told.</summary>
    Failed,

    /// <summary>It is done.</summary>
    Succeeded,
}
