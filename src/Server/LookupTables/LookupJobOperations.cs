using System.Text.Json;
using System.Text.Json.Nodes;
using NodaTime;
using Tallystick.Access.Permissions;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Metering.LookupTables;
using Tallystick.Server.Files;
using Tallystick.Server.Http;
using Tallystick.Server.Resources;

namespace Tallystick.Server.LookupTables;

/// <summary>Copying, uploading and downloading the data of a revision, and the jobs that this makes.</summary>
internal static class LookupJobOperations
{
    private const string Jobs = LookupDataOperations.Root + "/jobs";

    private static readonly Permission Creating =
        Permission.On(PermissionAction.ConfigCreate, "config:lookupTableRevision");

    internal static IReadOnlyList<ApiOperation> All { get; } =
    [
        new("POST", LookupDataOperations.Root + "/copy", "CopyLookupTableRevisionData", LookupContract.Tag,
            "Copy the data of a lookup table revision", LookupContract.Copied, CopyAsync)
        {
            Permission = LookupDataOperations.Reading,
            AlsoNeeds = [.. LookupDataOperations.OfTable, Sight.Update(LookupTableResource.Revisions).Visible()],
            Body = LookupContract.CopyRequest,
            IsBodyOptional = true,
            Description = """
                Copies the data into the draft `revisionId`, which must have the same fields and keys and keeps its
                other items; or, without `revisionId`, into a new draft with the same name plus "Copy". Retrieve the
                job to see when it is done.
                """,
        },
        new("POST", LookupDataOperations.Root + "/generateuploadurl", "GenerateLookupTableDataUploadUrl",
            LookupContract.Tag, "Get a URL to upload data to", LookupContract.Upload, GenerateUploadUrlAsync)
        {
            Permission = LookupDataOperations.Writing,
            AlsoNeeds = LookupDataOperations.OfTable,
            Body = LookupContract.UploadRequest,
            Description = """
                Send the file to the URL with PUT and the given `headers`, within one minute and without a token. A
                CSV file starts with a line of field names; a JSONL file has one item per line. If all items are
                valid, they are added to the draft or replace items with the same keys; otherwise the job lists the
                faulty lines. A URL accepts one file. At most 10 jobs of an organization can be running or waiting for
                their file.
                """,
        },
        new("POST", Jobs + "/download", "TriggerLookupTableRevisionDataDownloadJob", LookupContract.Tag,
            "Make a file of the data", LookupContract.Download, DownloadAsync)
        {
            Permission = LookupDataOperations.Reading,
            AlsoNeeds = LookupDataOperations.OfTable,
            Body = LookupContract.DownloadRequest,
            Description = """
                The job contains the URL of the file. It works without a token for one hour, as long as the data does
                not change.
                """,
        },
        new("POST", LookupDataOperations.Root + "/archived", "GetLookupTableRevisionArchivedDataUrl",
            LookupContract.Tag, "Get the URL of archived data", LookupContract.Archived, ArchivedAsync)
        {
            Permission = LookupDataOperations.Reading,
            AlsoNeeds = LookupDataOperations.OfTable,
            Body = LookupContract.ArchivedRequest,
            Description = """
                Returns the URL of the data of an archived revision. The URL works without a token for one hour.
                """,
        },
        new("GET", Jobs, "ListLookupTableRevisionDataJobs", LookupContract.Tag, "List the jobs of a revision",
            LookupContract.Job with { IsPage = true }, ListAsync)
        {
            Permission = LookupDataOperations.Reading,
            AlsoNeeds = LookupDataOperations.OfTable,
            Parameters = ResourceOperations.PageParameters(LookupTableResource.Jobs.MaximumPageSize),
            Description = "Newest first.",
        },
        new("GET", Jobs + "/{id}", "GetLookupTableRevisionDataJobResponse", LookupContract.Tag,
            "Retrieve a job of a revision", LookupContract.Job, GetAsync)
        {
            Permission = LookupDataOperations.Reading,
            AlsoNeeds = LookupDataOperations.OfTable,
        },
        new("DELETE", Jobs + "/{id}", "DeleteLookupTableRevisionDataJobResponse", LookupContract.Tag,
            "Delete a job of a revision", LookupContract.Job, DeleteAsync)
        {
            Permission = LookupDataOperations.Writing,
            AlsoNeeds = LookupDataOperations.OfTable,
            Description = """
                Returns 409 while the job is running. A file that has not been uploaded yet can no longer be uploaded.
                """,
        },
    ];

    private static async Task CopyAsync(ApiCall call)
    {
        using var body = await RequestBody.ReadJsonAsync(call.Http, isOptional: true);
        using var plain = JsonDocument.Parse(LookupContract.CopyRequest.Shape.Check(body.RootElement));
        var target = plain.RootElement.TryGetProperty("revisionId", out var id) ? id.GetString() : null;
        target = string.IsNullOrEmpty(target) ? null : target;
        _ = await LookupDataOperations.RevisionAsync(call);
        RequireTarget(call, target);
        var job = await call.Service<LookupJobs>().CopyAsync(
            LookupDataOperations.Named(call), target, call.Cancelled);
        await call.AnswerAsync(JsonFormat.Write(
            new JsonObject { ["jobId"] = job.Id, ["revisionId"] = job.DestinationId }));
    }

    private static void RequireTarget(ApiCall call, string? target)
    {
        if (target is null)
        {
            Sight.Demand(call.Grants, Creating);
            return;
        }
        Sight.Require(call.Grants, LookupTableResource.Revisions, ("revisionId", target));
        Sight.Demand(call.Grants, Sight.Update(LookupTableResource.Revisions), target);
    }

    private static async Task GenerateUploadUrlAsync(ApiCall call)
    {
        using var body = await call.ReadJsonAsync();
        using var plain = JsonDocument.Parse(LookupContract.UploadRequest.Shape.Check(body.RootElement));
        var asked = plain.RootElement;
        var job = await call.Service<LookupJobs>().ExpectUploadAsync(
            LookupDataOperations.Named(call),
            (asked.GetProperty("fileName").GetString()!, asked.GetProperty("contentType").GetString()!,
                (long)asked.GetProperty("contentLength").GetDecimal()),
            asked.TryGetProperty("version", out _) ? LookupVersions.Read(asked) : null,
            call.Cancelled);
        var until = call.Service<IClock>().GetCurrentInstant() + LookupUploads.UrlLifetime;
        await call.AnswerAsync(JsonFormat.Write(new JsonObject
        {
            ["jobId"] = job.Id,
            ["url"] = FileUrls.Upload(call, LookupUploads.KeyOf(call.OrganizationId, job.Id), until),
            ["headers"] = new JsonObject { ["Content-Type"] = job.ContentType },
        }));
    }

    private static async Task DownloadAsync(ApiCall call)
    {
        var contentType = await ContentTypeAsync(call, LookupContract.DownloadRequest);
        var job = await call.Service<LookupJobs>().DownloadAsync(
            LookupDataOperations.Named(call), contentType, call.Cancelled);
        await call.AnswerAsync(JsonFormat.Write(new JsonObject { ["jobId"] = job.Id }));
    }

    private static async Task ArchivedAsync(ApiCall call)
    {
        var contentType = await ContentTypeAsync(call, LookupContract.ArchivedRequest);
        var revision = await LookupDataOperations.RevisionAsync(call);
        if (revision.Status != LookupTableRevisionStatus.Archived)
            throw new RefusedException(
                new Issue("not_archived", "", "The lookup table revision is not archived", IssueKind.Conflict));
        var data = await call.Service<LookupStore>().Reader(call.OrganizationId, call.Cancelled)
            .FindAsync<LookupTableData>(revision.Id);
        var expiry = call.Service<IClock>().GetCurrentInstant() + LookupJobs.DownloadLifetime;
        await call.AnswerAsync(JsonFormat.Write(new JsonObject
        {
            ["url"] = LookupDownload.Url(call, revision.Id, data?.Version ?? 0, contentType, expiry),
            ["expiry"] = InstantText.Write(expiry),
        }));
    }

    private static async Task<string> ContentTypeAsync(ApiCall call, ApiSchema request)
    {
        using var body = await call.ReadJsonAsync();
        using var plain = JsonDocument.Parse(request.Shape.Check(body.RootElement));
        return plain.RootElement.GetProperty("contentType").GetString()!;
    }

    private static async Task ListAsync(ApiCall call)
    {
        var revision = await LookupDataOperations.RevisionAsync(call);
        await ListRequest.AnswerAsync(
            call, LookupTableResource.Jobs, LookupTableResource.Of(revision.Id),
            view: job => LookupJobAnswer.Show(call, job));
    }

    private static async Task GetAsync(ApiCall call)
    {
        var revision = await LookupDataOperations.RevisionAsync(call);
        var related = call.Service<LookupStore>().Reader(call.OrganizationId, call.Cancelled);
        await call.AnswerAsync(
            LookupJobAnswer.Show(call, await LookupJobs.FindAsync(related, call.Route("id"), revision.Id)));
    }

    private static async Task DeleteAsync(ApiCall call)
    {
        var job = await call.Service<LookupJobs>().DeleteAsync(
            LookupDataOperations.Named(call), call.Route("id"), call.Cancelled);
        await call.AnswerAsync(LookupJobAnswer.Show(call, job));
    }
}
