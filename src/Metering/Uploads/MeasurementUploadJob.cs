using System.Text.Json.Serialization;
using NodaTime;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Definitions;

namespace Tallystick.Metering.Uploads;

/// <summary>The upload of a file of measurements, and the job that adds its rows.</summary>
public sealed record MeasurementUploadJob : Resource
{
    /// <summary>Name of the file.</summary>
    public required string FileName { get; init; }

    /// <summary>Content type of the file.</summary>
    public required string ContentType { get; init; }

    /// <summary>Size of the file in bytes.</summary>
    public required long ContentLength { get; init; }

    /// <summary>Code of the meter of all rows; only for CSV files.</summary>
    public string? Meter { get; init; }

    /// <summary>Status of the job.</summary>
    public required MeasurementUploadStatus Status { get; init; }

    /// <summary>When the file was uploaded.</summary>
    public Instant? UploadedAt { get; init; }

    /// <summary>Whether the URL expired before the file was uploaded.</summary>
    public bool IsExpired { get; init; }

    /// <summary>The end of the measurement log when the file was uploaded: its rows are after it.</summary>
    public long LogPosition { get; init; }

    /// <summary>The columns of a CSV file, once it was checked.</summary>
    public IReadOnlyList<string>? Columns { get; init; }

    /// <summary>The number of rows; 0 until the file was checked.</summary>
    public long TotalRows { get; init; }

    /// <summary>The number of rows that were accepted as measurements so far.</summary>
    public long ProcessedRows { get; init; }

    /// <summary>The number of rows so far that are not valid measurements.</summary>
    public long FailedRows { get; init; }

    /// <summary>Why the job failed.</summary>
    public string? FailureReason { get; init; }

    /// <summary>Whether the file may still be uploaded.</summary>
    [JsonIgnore]
    public bool IsWaiting => Status == MeasurementUploadStatus.NotUploaded && !IsExpired;

    /// <summary>When it was created, in a form that sorts by time.</summary>
    [JsonIgnore]
    internal string? Created => DtCreated is { } created ? InstantText.Sortable(created) : null;
}

/// <summary>Status of an upload.</summary>
public enum MeasurementUploadStatus
{
    /// <summary>The file has not been uploaded.</summary>
    NotUploaded,

    /// <summary>The file was uploaded and its rows are being added.</summary>
    Running,

    /// <summary>The file was not accepted; <see cref="MeasurementUploadJob.FailureReason"/> says why.</summary>
    Failed,

    /// <summary>All rows were read.</summary>
    Succeeded,
}
