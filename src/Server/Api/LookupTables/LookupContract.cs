using NodaTime;
using Tallystick.Foundation.Json;
using Tallystick.Metering.LookupTables;
using Tallystick.Server.Api.Http;

namespace Tallystick.Server.Api.LookupTables;

/// <summary>The bodies of operations on revisions and their data in the API document.</summary>
internal static class LookupContract
{
    /// <summary>Maximum number of items in a request or a response.</summary>
    internal const int MaxItems = 2000;

    /// <summary>The heading of operations on data in the API document.</summary>
    internal const string Tag = "LookupTableRevisionData";

    private static readonly MapShape Item = new(null) { IsRow = true };
    private static readonly JsonMember Version = new("version", new NumberShape(64));
    private static readonly JsonMember ContentType = new(
        "contentType",
        new TextShape(Choices: [LookupFile.JsonLines, LookupFile.Csv]) { ChoicesName = "LookupTableContentType" })
    { IsRequired = true };

    internal static ApiSchema Revision { get; } =
        new("LookupTableRevisionResponse", LookupTableResource.Revisions.Shape);

    internal static ApiSchema StatusRequest { get; } = Request("LookupTableRevisionStatusRequest",
        LookupTableResource.Revisions.Shape.Members.First(member => member.Name == "status") with
        {
            IsServerSet = false,
        },
        Version);

    internal static ApiSchema Data { get; } = Answer("LookupTableRevisionDataResponse",
    [
        new JsonMember("items", new ListShape(Item, Maximum: MaxItems))
        {
            IsLimitedInAnswers = true,
            IsAlwaysAnswered = true,
        },
        new("dtCreated", new InstantShape()), new("dtLastModified", new InstantShape()),
        new("createdBy", new TextShape()), new("lastModifiedBy", new TextShape()), Version,
    ]);

    internal static ApiSchema DataRequest { get; } = Request("LookupTableRevisionDataRequest",
        new JsonMember("items", new ListShape(Item, Maximum: MaxItems)) { IsRequired = true }, Version);

    internal static ApiSchema DataDeleted { get; } =
        Answer("LookupTableRevisionDataDeleteResponse", [new("result", new TextShape())]);

    internal static ApiSchema EntryRequest { get; } = Request("LookupTableRevisionDataItemUpsertRequest",
        new JsonMember("item", Item) { IsRequired = true }, Version);

    internal static ApiSchema EntryDeleteRequest { get; } =
        Request("LookupTableRevisionDataItemDeleteRequest", Version);

    internal static ApiSchema CopyRequest { get; } =
        Request("LookupTableRevisionCopyRequest", new JsonMember("revisionId", new TextShape()));

    internal static ApiSchema Copied { get; } = Answer("LookupTableRevisionCopyResponse",
        [new("jobId", new TextShape()), new("revisionId", new TextShape())]);

    internal static ApiSchema UploadRequest { get; } = Request("LookupTableDataUploadRequest",
        new JsonMember("fileName", new TextShape(1, 100)) { IsRequired = true }, ContentType, Version,
        new JsonMember("contentLength", new NumberShape(64, AtLeast: 1, AtMost: 104_857_600)) { IsRequired = true });

    internal static ApiSchema Upload { get; } = Answer("LookupTableDataUploadResponse",
        [new("jobId", new TextShape()), new("url", new TextShape()), new("headers", new MapShape(new TextShape()))]);

    internal static ApiSchema DownloadRequest { get; } = Request("LookupTableDataDownloadJobRequest", ContentType);

    internal static ApiSchema Download { get; } =
        Answer("LookupTableDataDownloadJobResponse", [new("jobId", new TextShape())]);

    internal static ApiSchema ArchivedRequest { get; } = Request("LookupTableDataArchivedRequest", ContentType);

    internal static ApiSchema Archived { get; } = Answer("LookupTableDataArchivedResponse",
        [new("url", new TextShape()), new("expiry", new InstantShape())]);

    internal static ApiSchema Job { get; } = new(
        "LookupTableRevisionDataJobResponse", JsonShapes.Of(typeof(LookupTableRevisionDataJob)));

    private static ApiSchema Answer(string name, IReadOnlyList<JsonMember> members) =>
        new(name, new ObjectShape(name, members));

    private static ApiSchema Request(string name, params IReadOnlyList<JsonMember> members) =>
        new(name, new ObjectShape(name, members)) { IsRequest = true };
}

/// <summary>A job on the data of a revision.</summary>
internal sealed record LookupTableRevisionDataJob
{
    /// <summary>UUID of the job.</summary>
    public required string Id { get; init; }

    /// <summary>Incremented with each change of the job.</summary>
    public required long Version { get; init; }

    /// <summary>Name of the file of an <c>UPLOAD</c> or <c>DOWNLOAD</c>.</summary>
    public string? FileName { get; init; }

    /// <summary>UUID of the lookup table.</summary>
    public required string LookupTableId { get; init; }

    /// <summary>UUID of the revision.</summary>
    public required string LookupTableRevisionId { get; init; }

    /// <summary>For a <c>COPY</c>, the UUID of the target revision.</summary>
    public string? DestinationLookupTableRevisionId { get; init; }

    /// <summary>The date and time (ISO 8601) when the job was created.</summary>
    [PlainTextInContract]
    public Instant? JobDate { get; init; }

    /// <summary>Type of the job.</summary>
    public required LookupTableDataJobType Type { get; init; }

    /// <summary>Status of the job. An <c>UPLOAD</c> whose file was never uploaded remains <c>PENDING</c>.</summary>
    public required LookupTableDataJobStatus Status { get; init; }

    /// <summary>Reason for the failure.</summary>
    public string? FailureReason { get; init; }

    /// <summary>For a <c>DOWNLOAD</c>, the URL of the file. Requires no token.</summary>
    public string? DownloadUrl { get; init; }

    /// <summary>For a <c>DOWNLOAD</c>, when the URL expires (ISO 8601).</summary>
    [PlainTextInContract]
    public Instant? DownloadUrlExpiry { get; init; }
}
