using Tallystick.Server.Accounts;
using Tallystick.Server.Bills;
using Tallystick.Server.Http;
using Tallystick.Server.Ingest;
using Tallystick.Server.Resources;

namespace Tallystick.Server;

/// <summary>
/// All operations below <c>/organizations/{orgId}</c>: what is served and what the API document describes.
/// </summary>
internal static class ApiOperations
{
    /// <summary>The operations, in the order of the API document.</summary>
    internal static IReadOnlyList<ApiOperation> All { get; } =
    [
        .. ResourceCatalog.All.SelectMany(ResourceOperations.Of),
        .. AccountOperations.All,
        MeasurementOperations.Submit,
        .. BillJobOperations.All,
        .. BillOperations.All,
        .. BillLineItemOperations.All,
    ];
}
