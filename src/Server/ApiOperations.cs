using Tallystick.Server.Http;
using Tallystick.Server.Resources;

namespace Tallystick.Server;

/// <summary>All operations below <c>/organizations/{orgId}</c>: what is served and what the API document describes.</summary>
internal static class ApiOperations
{
    /// <summary>The operations, in the order of the API document.</summary>
    internal static IReadOnlyList<ApiOperation> All { get; } =
    [
        .. ResourceCatalog.All.SelectMany(ResourceOperations.Of),
    ];
}
