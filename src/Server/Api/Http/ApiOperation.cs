using Tallystick.Access.Permissions;
using Tallystick.Foundation.Json;

namespace Tallystick.Server.Api.Http;

/// <summary>An operation of the API: its request, its response, and its handler.</summary>
/// <param name="Method">HTTP method.</param>
/// <param name="Path">Path, such as <c>/organizations/{orgId}/meters/{id}</c>.</param>
/// <param name="Id">Name of the operation in the API document.</param>
/// <param name="Tag">Heading of the operation in the API document.</param>
/// <param name="Summary">What it does, in a few words.</param>
/// <param name="Answer">The response body; null if the contract does not describe one.</param>
/// <param name="Handle">The handler.</param>
internal sealed record ApiOperation(
    string Method, string Path, string Id, string Tag, string Summary, ApiSchema? Answer, Run Handle)
{
    /// <summary>Query parameters.</summary>
    internal IReadOnlyList<ApiParameter> Parameters { get; init; } = [];

    /// <summary>The required permission. If it is not stated, the operation requires all permissions.</summary>
    internal Permission Permission { get; init; } = Permission.Unstated;

    /// <summary>Additional permissions for other kinds that the operation affects or that the path refers to.</summary>
    internal IReadOnlyList<Permission> AlsoNeeds { get; init; } = [];

    /// <summary>The request body; null for none.</summary>
    internal ApiSchema? Body { get; init; }

    /// <summary>The media type of the body.</summary>
    internal string BodyType { get; init; } = "application/json";

    /// <summary>Bodies of other media types that it accepts.</summary>
    internal IReadOnlyList<ApiContent> OtherBodies { get; init; } = [];

    /// <summary>Whether the body can be omitted.</summary>
    internal bool IsBodyOptional { get; init; }

    /// <summary>The media type of a response that is a file; null for JSON.</summary>
    internal string? FileType { get; init; }

    /// <summary>A description in Markdown.</summary>
    internal string? Description { get; init; }
}

/// <summary>A body of a media type other than the usual one.</summary>
/// <param name="MediaType">The media type.</param>
/// <param name="Schema">What it contains.</param>
internal sealed record ApiContent(string MediaType, ApiSchema Schema);

/// <summary>A query parameter.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it does.</param>
/// <param name="Shape">The shape of its value.</param>
internal sealed record ApiParameter(string Name, string Description, JsonShape Shape);

/// <summary>The body of a request or a response.</summary>
/// <param name="Name">Its name in the API document.</param>
/// <param name="Shape">Its shape.</param>
internal sealed record ApiSchema(string Name, ObjectShape Shape)
{
    /// <summary>Whether the response is a page of it.</summary>
    internal bool IsPage { get; init; }

    /// <summary>Whether the body is an array of it, without paging.</summary>
    internal bool IsList { get; init; }

    /// <summary>
    /// Whether it is a request. Schemas of requests state limits and required members and omit members that the server
    /// sets.
    /// </summary>
    internal bool IsRequest { get; init; }
}
