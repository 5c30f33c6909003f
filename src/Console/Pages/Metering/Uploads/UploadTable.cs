using Tallystick.Client;
using Tallystick.Console.Tables;

namespace Tallystick.Console.Pages.Metering.Uploads;

/// <summary>The table of uploaded files.</summary>
internal static class UploadTable
{
    internal static TableDefinition<UploadJob> Definition { get; } = new()
    {
        Name = "uploads",
        Operation = "GET fileuploads/measurements/jobs",
        Load = query => query.Api.Client.FileUploads.ListJobsAsync(
            query.PageSize, DayOf(query["from"]), DayOf(query["to"])),
        Key = job => job.Id,
        Page = job => $"uploads/{job.Id}",
        Filters = [new("from", "Uploaded from (UTC)") { IsDate = true }, new("to", "Before (UTC)") { IsDate = true }],
        Columns = new Columns<UploadJob>()
            .Text("File", job => job.FileName)
            .Status("Status", job => WordOf(job.Status))
            .Text("Meter", job => job.Meter)
            .Quantity("Rows", job => job.TotalRows)
            .Quantity("Accepted", job => job.ProcessedRows)
            .Quantity("Failed", job => job.FailedRows)
            .Quantity("Bytes", job => job.ContentLength).Extra()
            .Time("Uploaded", job => TimeOf(job.UploadDate))
            .Code("Id", job => job.Id).Extra(),
    };

    /// <summary>The status as other lists write theirs.</summary>
    internal static string WordOf(MeasurementUploadStatus? status) => status?.Value switch
    {
        null or "notUploaded" => "NOT_UPLOADED",
        var value => value.ToUpperInvariant(),
    };

    /// <summary>When a file was uploaded; null if it was not.</summary>
    internal static DateTimeOffset? TimeOf(string? text) => DateTimeOffset.TryParse(
        text, System.Globalization.CultureInfo.InvariantCulture,
        System.Globalization.DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    private static string? DayOf(string? date) => date is null ? null : $"{date}T00:00:00Z";
}
