using System.Text.Json;
using NodaTime;
using Tallystick.Foundation.Json;
using Tallystick.Metering.Uploads;
using Tallystick.Server.Api.Http;

namespace Tallystick.Server.Api.FileUploads;

/// <summary>The bodies of operations on file uploads in the API document.</summary>
internal static class FileUploadContract
{
    private static readonly JsonMember FileName = new("fileName", new TextShape(1, 100)) { IsRequired = true };

    private static readonly JsonMember ContentLength =
        new("contentLength", new NumberShape(64, AtLeast: 1, AtMost: MeasurementUploads.MaxLength))
        {
            IsRequired = true,
        };

    internal static ApiSchema Request { get; } = Of("MeasurementUploadRequest",
        FileName,
        new JsonMember(
            "contentType",
            new TextShape(1, 20, Choices: ["application/json", "text/json"])
            {
                ChoicesName = "MeasurementUploadContentType",
            })
        { IsRequired = true },
        ContentLength);

    internal static ApiSchema CsvRequest { get; } = Of("MeasurementCsvUploadRequest",
        FileName, new JsonMember("meter", new TextShape(1, 80)) { IsRequired = true }, ContentLength);

    internal static ApiSchema Url { get; } = new("MeasurementUploadResponse", new ObjectShape(
        "MeasurementUploadResponse",
        [new("jobId", new TextShape()), new("url", new TextShape()), new("headers", new MapShape(new TextShape()))]));

    internal static ApiSchema Job { get; } = new("UploadJobResponse", JobShape());

    /// <summary>The name of a status, which unlike others is not in capital letters.</summary>
    internal static string NameOf(MeasurementUploadStatus status) =>
        JsonNamingPolicy.CamelCase.ConvertName(status.ToString());

    private static ObjectShape JobShape()
    {
        var shape = JsonShapes.Of(typeof(UploadJobResponse));
        var status = new TextShape(Choices: [.. Enum.GetValues<MeasurementUploadStatus>().Select(NameOf)])
        {
            ChoicesName = "MeasurementUploadStatus",
        };
        return shape with
        {
            Members = [.. shape.Members.Select(
                member => member.Name == "status" ? member with { Shape = status } : member)],
        };
    }

    private static ApiSchema Of(string name, params IReadOnlyList<JsonMember> members) =>
        new(name, new ObjectShape(name, members)) { IsRequest = true };
}

/// <summary>An uploaded file of measurements.</summary>
internal sealed record UploadJobResponse
{
    /// <summary>UUID of the job.</summary>
    public required string Id { get; init; }

    /// <summary>Incremented when the status changes; 1 when the URL is requested.</summary>
    public required long Version { get; init; }

    /// <summary>Name of the file.</summary>
    public required string FileName { get; init; }

    /// <summary>The date and time (ISO 8601) when the file was uploaded. Absent before.</summary>
    [PlainTextInContract]
    public Instant? UploadDate { get; init; }

    /// <summary>Size of the file in bytes.</summary>
    public required long ContentLength { get; init; }

    /// <summary>Status of the job. A job whose file was never uploaded remains <c>notUploaded</c>.</summary>
    public required string Status { get; init; }

    /// <summary>The number of rows; 0 until the whole file was checked.</summary>
    public required long TotalRows { get; init; }

    /// <summary>
    /// The number of rows that were accepted so far. They are processed like submitted measurements, and may still
    /// fail, for example because of a missing field.
    /// </summary>
    public required long ProcessedRows { get; init; }

    /// <summary>
    /// The number of rows so far that are not valid measurements. For each, there is an event
    /// <c>ingest.validation.failure</c> with the row, the line and the reason.
    /// </summary>
    public required long FailedRows { get; init; }

    /// <summary>Why the file as a whole was refused.</summary>
    public string? FailureReason { get; init; }

    /// <summary>For a CSV file, the code of the meter.</summary>
    public string? Meter { get; init; }
}
