using Tallystick.Server.Accounts;
using Tallystick.Server.Balances;
using Tallystick.Server.Bills;
using Tallystick.Server.Conservation;
using Tallystick.Server.Downloads;
using Tallystick.Server.EndDating;
using Tallystick.Server.Events;
using Tallystick.Server.ExternalMappings;
using Tallystick.Server.Http;
using Tallystick.Server.Ingest;
using Tallystick.Server.Invitations;
using Tallystick.Server.LookupTables;
using Tallystick.Server.Permissions;
using Tallystick.Server.ResourceGroups;
using Tallystick.Server.Resources;
using Tallystick.Server.ServiceUsers;
using Tallystick.Server.SignIn;
using Tallystick.Server.Usage;
using Tallystick.Server.Users;

namespace Tallystick.Server;

/// <summary>
/// All operations but that of tokens: what is served and what the API document describes.
/// </summary>
internal static class ApiOperations
{
    /// <summary>The tag of operations that the published contract does not have.</summary>
    internal const string OwnTag = "Tallystick";

    /// <summary>All tags of such operations.</summary>
    internal static IReadOnlyList<string> OwnTags { get; } = [OwnTag, ServiceUserOperations.Tag];

    /// <summary>The operations, in the order of the API document.</summary>
    internal static IReadOnlyList<ApiOperation> All { get; } =
    [
        .. AllKinds.Catalog.All.SelectMany(ResourceOperations.Of),
        .. PolicyOperations.All,
        .. ServiceUserOperations.All,
        MeOperation.Get,
        .. OrgUserOperations.All,
        .. InvitationOperations.All,
        .. ResourceGroupOperations.All,
        SignInOperation.SignIn,
        .. AccountOperations.All,
        .. AccountPlanOperations.All,
        .. EndDateOperations.All,
        .. BalanceOperations.All,
        .. ExternalMappingOperations.All,
        LookupRevisionOperations.PutStatus,
        .. LookupDataOperations.All,
        .. LookupEntryOperations.All,
        .. LookupJobOperations.All,
        MeasurementOperations.Submit,
        FailedIngestDownload.GetUrl,
        ConservationOperation.Get,
        UsageQueryOperation.Query,
        .. EventOperations.All,
        .. BillJobOperations.All,
        .. BillOperations.All,
        .. BillLineItemOperations.All,
    ];
}
