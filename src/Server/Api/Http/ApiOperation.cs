using Tallystick.Access.Permissions;
using Tallystick.Foundation.Json;

namespace Tallystick.Server.Api.Http;

/// <summary>One operation of the API: how it is called, what it answers, what runs it.</summary>
/// <param name="Method">HTTP method.</param>
/// <param name="Path">Path, such as <c>/organizations/{orgId}/meters/{id}</c>.</param>
/// <param name="Id">Name of the operation in the API document.</param>
/// <param name="Tag">Heading that it stands under.</param>
/// <param name="Summary">What it does, in a few words.</param>
/// <param name="Answer">What it answers; null where the contract describes nothing.</param>
/// <param name="Handle">What runs it.</param>
internal sealed record ApiOperation(
    string Method, string Path, string Id, string Tag, string Summary, ApiSchema? Answer, Run Handle)
{
    /// <summary>Query parameters.</summary>
    internal IReadOnlyList<ApiParameter> Parameters { get; init; } = [];

    /// <summary>What a caller must be permitted. An operation that does not say needs every right there is.</summary>
    internal Permission Permission { get; init; } = Permission.Unstated;

    /// <summary>What it needs besides, for other kinds that it touches or that the path names.</summary>
    internal IReadOnlyList<Permission> AlsoNeeds { get; init; } = [];

    /// <summary>The request body; null for none.</summary>
    internal ApiSchema? Body { get; init; }

    /// <summary>The media type of the body.</summary>
    internal string BodyType { get; init; } = "application/json";

    /// <summary>Other bodies that it takes, each of a media type of its own.</summary>
    internal IReadOnlyList<ApiContent> OtherBodies { get; init; } = [];

    /// <summary>True when the body may be left out.</summary>
    internal bool IsBodyOptional { get; init; }

    /// <summary>What more there is to know, in Markdown.</summary>
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

/// <summary>A body of a request or an answer.</summary>
/// <param name="Name">Its name in the API document.</param>
/// <param name="Shape">Its shape.</param>
internal sealed record ApiSchema(string Name, ObjectShape Shape)
{
    /// <summary>True when a page of it is answered.</summary>
    internal bool IsPage { get; init; }

    /// <summary>True when a list of it is answered, all at once.</summary>
    internal bool IsList { get; init; }

    /// <summary>
    /// True for requests: limits and required members are stated, members set by the server left out.
    /// </summary>
    internal bool IsRequest { get; init; }
}
