using System.Text.Json;
using System.Text.Json.Serialization;
using Tallystick.Foundation.Json;
using Tallystick.Metering.Uploads;

namespace Tallystick.Server.Api.FileUploads;

/// <summary>Writes responses about file uploads.</summary>
[JsonSerializable(typeof(UploadJobResponse))]
internal sealed partial class FileUploadJson : JsonSerializerContext
{
    private static FileUploadJson Format { get; } = new(JsonFormat.NewOptions());

    /// <summary>The response for a job.</summary>
    internal static ReadOnlyMemory<byte> Write(MeasurementUploadJob job) => JsonSerializer.SerializeToUtf8Bytes(
        new UploadJobResponse
        {
            Id = job.Id,
            Version = job.Version,
            FileName = job.FileName,
            UploadDate = job.UploadedAt,
            ContentLength = job.ContentLength,
            Status = FileUploadContract.NameOf(job.Status),
            TotalRows = job.TotalRows,
            ProcessedRows = job.ProcessedRows,
            FailedRows = job.FailedRows,
            FailureReason = job.FailureReason,
            Meter = job.Meter,
        },
        Format.UploadJobResponse);
}
