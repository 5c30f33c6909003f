using System.Text.Json;
using System.Text.Json.Nodes;
using NodaTime;
using Tallystick.Access.Permissions;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Metering.Uploads;
using Tallystick.Resources.Documents;
using Tallystick.Resources.Files;
using Tallystick.Server.Api.Files;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Api.FileUploads;

/// <summary>Uploads files of measurements and shows the jobs that read them.</summary>
internal sealed class FileUploadOperations(
    MeasurementUploads uploads, FileUrls urls, IFileStore files, ResourceLists lists, IClock clock)
{
    private const string Root = "/organizations/{orgId}/fileuploads/measurements";
    private const string Jobs = Root + "/jobs";
    private const string Tag = "Measurements";

    private static readonly Permission Uploading =
        Permission.On(PermissionAction.MeasurementsFileupload, "measurements:measurement");

    internal static IReadOnlyList<ApiOperation> All { get; } =
    [
        new("POST", Root + "/generateUploadUrl", "GenerateUploadUrl", Tag, "Get an upload URL for measurements",
            FileUploadContract.Url, By(o => o.GenerateUrlAsync))
        {
            Permission = Uploading,
            Body = FileUploadContract.Request,
            Description = """
                Send the file to the URL with PUT and the given `headers`, within one minute and without a token. The
                file is a JSON array of measurements, `[{...}, {...}]`, in UTF-8, of `contentLength` bytes. It may be
                compressed with gzip, as one member; `contentLength` is then the compressed size, and the uncompressed
                file may have at most 1,073,741,824 bytes as well.

                The array may have any number of measurements, each of at most 512,000 bytes, with the members and
                rules of `POST /organizations/{orgId}/measurements`. The file is first checked as a whole: if it is not
                a JSON array, the job fails and no measurement is accepted. After that, an invalid measurement does not
                stop the file: it is counted in `failedRows` and reported as an event `ingest.validation.failure`. A
                measurement without a `uid` gets one made from the job and its place in the file.

                Each measurement is accepted exactly once, even if the server is interrupted. Files of an organization
                are read one after the other. At most 10 can be running or waiting for their file (429).
                """,
        },
        new("POST", Root + "/generateCsvUploadUrl", "GenerateCsvUploadUrl", ApiOperations.OwnTag,
            "Get an upload URL for measurements as CSV", FileUploadContract.Url, By(o => o.GenerateCsvUrlAsync))
        {
            Permission = Uploading,
            Body = FileUploadContract.CsvRequest,
            Description = """
                As `POST .../fileuploads/measurements/generateUploadUrl`, for a CSV file (RFC 4180, UTF-8) with
                measurements of one `meter`. The first line names the columns, in any order: `account`, `ts`, all data
                fields of the meter, and optionally `uid`, `ets` and `meter`. A field is named `category.code`, such as
                `measure.bytes`, or by its code alone. If a column is missing, unknown or repeated, the job fails and no
                row is accepted. An empty cell is no value; an empty cell in quotation marks is an empty text.
                """,
        },
        new("GET", Jobs, "ListJobs", Tag, "List file uploads", FileUploadContract.Job with { IsPage = true },
            By(o => o.ListAsync))
        {
            Permission = Uploading,
            Parameters =
            [
                .. ResourceOperations.PageParameters(MeasurementUploadResource.Definition.MaximumPageSize),
                new("dateCreatedStart", "Only uploads created at or after this date-time.", new TextShape()),
                new("dateCreatedEnd", "Only uploads created before this date-time.", new TextShape()),
                new("fileKey", "Ignored.", new TextShape()),
            ],
            Description = "Newest first.",
        },
        new("GET", Jobs + "/{id}", "GetUploadJobResponse", Tag, "Retrieve a file upload", FileUploadContract.Job,
            By(o => o.GetAsync))
        {
            Permission = Uploading,
        },
        new("GET", Jobs + "/{id}/original", "GetJobOriginalFileDownloadUrl", Tag, "Get the URL of an uploaded file",
            FileUploadContract.Url, By(o => o.OriginalAsync))
        {
            Permission = Uploading,
            Description = """
                The URL works without a token for 5 minutes and returns the file as it was uploaded. Files are kept for
                30 days.
                """,
        },
    ];

    private static Run By(Func<FileUploadOperations, Func<ApiCall, Task>> method) => Run.By(method);

    private async Task GenerateUrlAsync(ApiCall call)
    {
        using var body = await call.ReadJsonAsync();
        using var plain = JsonDocument.Parse(FileUploadContract.Request.Shape.Check(body.RootElement));
        await ExpectAsync(call, plain.RootElement, plain.RootElement.GetProperty("contentType").GetString()!, null);
    }

    private async Task GenerateCsvUrlAsync(ApiCall call)
    {
        using var body = await call.ReadJsonAsync();
        using var plain = JsonDocument.Parse(FileUploadContract.CsvRequest.Shape.Check(body.RootElement));
        await ExpectAsync(
            call, plain.RootElement, MeasurementUploads.Csv, plain.RootElement.GetProperty("meter").GetString()!);
    }

    private async Task ExpectAsync(ApiCall call, JsonElement asked, string contentType, string? meter)
    {
        var proposed = new MeasurementUploadJob
        {
            FileName = asked.GetProperty("fileName").GetString()!,
            ContentType = contentType,
            ContentLength = (long)asked.GetProperty("contentLength").GetDecimal(),
            Meter = meter,
            Status = MeasurementUploadStatus.NotUploaded,
        };
        var job = await uploads.ExpectAsync(call.OrganizationId, call.Caller.AuditName, proposed, call.Cancelled);
        var until = clock.GetCurrentInstant() + MeasurementUploads.UrlLifetime;
        await call.AnswerAsync(Url(
            job, urls.Upload(call, MeasurementUploads.KeyOf(call.OrganizationId, job.Id), until),
            new JsonObject { ["Content-Type"] = job.ContentType }));
    }

    private Task ListAsync(ApiCall call) => lists.AnswerAsync(
        call, MeasurementUploadResource.Definition,
        view: stored => FileUploadJson.Write(Read(stored)));

    private async Task GetAsync(ApiCall call) => await call.AnswerAsync(FileUploadJson.Write(
        await uploads.FindAsync(call.OrganizationId, call.Route("id"), call.Cancelled)));

    private async Task OriginalAsync(ApiCall call)
    {
        var job = await uploads.FindAsync(call.OrganizationId, call.Route("id"), call.Cancelled);
        var key = MeasurementUploads.KeyOf(call.OrganizationId, job.Id);
        if (job.UploadedAt is null)
            throw new NotFoundException("The file has not been uploaded");
        if (await files.FindAsync(key, call.Cancelled) is null)
            throw new NotFoundException("The file no longer exists");
        await call.AnswerAsync(Url(job, urls.Download(call, key), []));
    }

    private static MeasurementUploadJob Read(Document stored) =>
        (MeasurementUploadJob)MeasurementUploadResource.Definition.Read(stored.Json.Span);

    private static ReadOnlyMemory<byte> Url(MeasurementUploadJob job, string url, JsonObject headers) =>
        JsonFormat.Write(new JsonObject { ["jobId"] = job.Id, ["url"] = url, ["headers"] = headers });
}
