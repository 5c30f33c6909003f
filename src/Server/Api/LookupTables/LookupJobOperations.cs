using System.Text.Json;
using System.Text.Json.Nodes;
using NodaTime;
using Tallystick.Access.Permissions;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;
using Tallystick.Metering.LookupTables;
using Tallystick.Server.Api.Files;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Api.Resources;

namespace Tallystick.Server.Api.LookupTables;

/// <summary>Copies, uploads and downloads the data of a revision, and manages the jobs for this.</summary>
internal sealed class LookupJobOperations(
    LookupStore store, LookupJobs jobs, LookupDownload downloads, FileUrls files, LookupJobAnswer answers,
    ResourceLists lists, IClock clock)
{
    private const string Jobs = LookupDataOperations.Root + "/jobs";

    private static readonly Permission Creating =
        Permission.On(PermissionAction.ConfigCreate, "config:lookupTableRevision");

    internal static IReadOnlyList<ApiOperation> All { get; } =
    [
        new("POST", LookupDataOperations.Root + "/copy", "CopyLookupTableRevisionData", LookupContract.Tag,
            "Copy the data of a lookup table revision", LookupContract.Copied, By(o => o.CopyAsync))
        {
            Permission = LookupDataOperations.Reading,
            AlsoNeeds =
            [
                .. LookupDataOperations.OfTable, EntityPermissions.Update(LookupTableResource.Revisions).Visible(),
            ],
            Body = LookupContract.CopyRequest,
            IsBodyOptional = true,
            Description = """
                Copies the data into the draft `revisionId`, which must have the same fields and keys and keeps its
                other items; or, without `revisionId`, into a new draft with the same name plus "Copy". Retrieve the
                job to see when it is done.
                """,
        },
        new("POST", LookupDataOperations.Root + "/generateuploadurl", "GenerateLookupTableDataUploadUrl",
            LookupContract.Tag, "Get an upload URL for data", LookupContract.Upload, By(o => o.GenerateUploadUrlAsync))
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
            "Create a download of the data", LookupContract.Download, By(o => o.DownloadAsync))
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
            LookupContract.Tag, "Get a download URL for archived data", LookupContract.Archived,
            By(o => o.ArchivedAsync))
        {
            Permission = LookupDataOperations.Reading,
            AlsoNeeds = LookupDataOperations.OfTable,
            Body = LookupContract.ArchivedRequest,
            Description = """
                Returns the URL of the data of an archived revision. The URL works without a token for one hour.
                """,
        },
        new("GET", Jobs, "ListLookupTableRevisionDataJobs", LookupContract.Tag, "List the jobs of a revision",
            LookupContract.Job with { IsPage = true }, By(o => o.ListAsync))
        {
            Permission = LookupDataOperations.Reading,
            AlsoNeeds = LookupDataOperations.OfTable,
            Parameters = ResourceOperations.PageParameters(LookupTableResource.Jobs.MaximumPageSize),
            Description = "Newest first.",
        },
        new("GET", Jobs + "/{id}", "GetLookupTableRevisionDataJobResponse", LookupContract.Tag,
            "Retrieve a job of a revision", LookupContract.Job, By(o => o.GetAsync))
        {
            Permission = LookupDataOperations.Reading,
            AlsoNeeds = LookupDataOperations.OfTable,
        },
        new("DELETE", Jobs + "/{id}", "DeleteLookupTableRevisionDataJobResponse", LookupContract.Tag,
            "Delete a job of a revision", LookupContract.Job, By(o => o.DeleteAsync))
        {
            Permission = LookupDataOperations.Writing,
            AlsoNeeds = LookupDataOperations.OfTable,
            Description = """
                Returns 409 while the job is running. The upload URL of a deleted job no longer accepts a file.
                """,
        },
    ];

    private static Run By(Func<LookupJobOperations, Func<ApiCall, Task>> method) => Run.By(method);

    private async Task CopyAsync(ApiCall call)
    {
        using var body = await call.ReadJsonAsync(isOptional: true);
        using var plain = JsonDocument.Parse(LookupContract.CopyRequest.Shape.Check(body.RootElement));
        var target = plain.RootElement.TryGetProperty("revisionId", out var id) ? id.GetString() : null;
        target = string.IsNullOrEmpty(target) ? null : target;
        _ = await LookupDataOperations.RevisionAsync(call, store);
        RequireTarget(call, target);
        var job = await jobs.CopyAsync(
            LookupDataOperations.Named(call), target, call.Cancelled);
        await call.AnswerAsync(JsonFormat.Write(
            new JsonObject { ["jobId"] = job.Id, ["revisionId"] = job.DestinationId }));
    }

    private static void RequireTarget(ApiCall call, string? target)
    {
        if (target is null)
        {
            EntityPermissions.Demand(call.Grants, Creating);
            return;
        }
        EntityPermissions.Require(call.Grants, LookupTableResource.Revisions, ("revisionId", target));
        EntityPermissions.Demand(call.Grants, EntityPermissions.Update(LookupTableResource.Revisions), target);
    }

    private async Task GenerateUploadUrlAsync(ApiCall call)
    {
        using var body = await call.ReadJsonAsync();
        using var plain = JsonDocument.Parse(LookupContract.UploadRequest.Shape.Check(body.RootElement));
        var asked = plain.RootElement;
        var job = await jobs.ExpectUploadAsync(
            LookupDataOperations.Named(call),
            (asked.GetProperty("fileName").GetString()!, asked.GetProperty("contentType").GetString()!,
                (long)asked.GetProperty("contentLength").GetDecimal()),
            asked.TryGetProperty("version", out _) ? LookupVersions.Read(asked) : null,
            call.Cancelled);
        var until = clock.GetCurrentInstant() + LookupUploads.UrlLifetime;
        await call.AnswerAsync(JsonFormat.Write(new JsonObject
        {
            ["jobId"] = job.Id,
            ["url"] = files.Upload(call, LookupUploads.KeyOf(call.OrganizationId, job.Id), until),
            ["headers"] = new JsonObject { ["Content-Type"] = job.ContentType },
        }));
    }

    private async Task DownloadAsync(ApiCall call)
    {
        var contentType = await ContentTypeAsync(call, LookupContract.DownloadRequest);
        var job = await jobs.DownloadAsync(
            LookupDataOperations.Named(call), contentType, call.Cancelled);
        await call.AnswerAsync(JsonFormat.Write(new JsonObject { ["jobId"] = job.Id }));
    }

    private async Task ArchivedAsync(ApiCall call)
    {
        var contentType = await ContentTypeAsync(call, LookupContract.ArchivedRequest);
        var (revision, version) = await jobs.FindArchivedAsync(LookupDataOperations.Named(call), call.Cancelled);
        var expiry = clock.GetCurrentInstant() + LookupJobs.DownloadLifetime;
        await call.AnswerAsync(JsonFormat.Write(new JsonObject
        {
            ["url"] = downloads.Url(call, revision.Id, version, contentType, expiry),
            ["expiry"] = InstantText.Write(expiry),
        }));
    }

    private static async Task<string> ContentTypeAsync(ApiCall call, ApiSchema request)
    {
        using var body = await call.ReadJsonAsync();
        using var plain = JsonDocument.Parse(request.Shape.Check(body.RootElement));
        return plain.RootElement.GetProperty("contentType").GetString()!;
    }

    private async Task ListAsync(ApiCall call)
    {
        var revision = await LookupDataOperations.RevisionAsync(call, store);
        await lists.AnswerAsync(
            call, LookupTableResource.Jobs, LookupTableResource.Of(revision.Id),
            view: job => answers.Show(call, job));
    }

    private async Task GetAsync(ApiCall call)
    {
        var revision = await LookupDataOperations.RevisionAsync(call, store);
        var related = store.Reader(call.OrganizationId, call.Cancelled);
        await call.AnswerAsync(
            answers.Show(call, await LookupJobs.FindAsync(related, call.Route("id"), revision.Id)));
    }

    private async Task DeleteAsync(ApiCall call)
    {
        var job = await jobs.DeleteAsync(
            LookupDataOperations.Named(call), call.Route("id"), call.Cancelled);
        await call.AnswerAsync(answers.Show(call, job));
    }
}
