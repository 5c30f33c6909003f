using Tallystick.Metering.OtlpMappings;
using Tallystick.Server.Api.Accounts;
using Tallystick.Server.Api.Balances;
using Tallystick.Server.Api.Bills;
using Tallystick.Server.Api.DataExplorer;
using Tallystick.Server.Api.EndDating;
using Tallystick.Server.Api.Events;
using Tallystick.Server.Api.ExternalMappings;
using Tallystick.Server.Api.FileUploads;
using Tallystick.Server.Api.Http;
using Tallystick.Server.Api.Invitations;
using Tallystick.Server.Api.Invoices;
using Tallystick.Server.Api.LookupTables;
using Tallystick.Server.Api.Measurements;
using Tallystick.Server.Api.Meters;
using Tallystick.Server.Api.Permissions;
using Tallystick.Server.Api.Pricings;
using Tallystick.Server.Api.ResourceGroups;
using Tallystick.Server.Api.Resources;
using Tallystick.Server.Api.SampleOrganizations;
using Tallystick.Server.Api.ServiceUsers;
using Tallystick.Server.Api.SignIn;
using Tallystick.Server.Api.Statements;
using Tallystick.Server.Api.Usage;
using Tallystick.Server.Api.Users;

namespace Tallystick.Server.Api;

/// <summary>
/// All operations except that of tokens. The server serves them, and the API document describes them.
/// </summary>
internal static class ApiOperations
{
    /// <summary>The tag of operations that are not in the published contract.</summary>
    internal const string OwnTag = "Tallystick";

    /// <summary>All tags of such operations.</summary>
    internal static IReadOnlyList<string> OwnTags { get; } =
        [OwnTag, ServiceUserOperations.Tag, OtlpMappingResource.Definition.Tag];

    /// <summary>The operations, in the order of the API document.</summary>
    internal static IReadOnlyList<ApiOperation> All { get; } =
    [
        .. AllKinds.Catalog.All.SelectMany(ResourceOperations.Of),
        .. PolicyOperations.All,
        .. ServiceUserOperations.All,
        MeOperation.Get,
        .. OrgUserOperations.All,
        .. UserIdentityOperations.All,
        .. InvitationOperations.All,
        .. ResourceGroupOperations.All,
        SignInOperation.SignIn,
        .. SampleOrganizationOperations.All,
        MeterEvaluationOperation.Evaluate,
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
        CloudEventOperation.Submit,
        .. OtlpOperations.All,
        FailedIngestDownload.GetUrl,
        ConservationOperation.Get,
        .. FileUploadOperations.All,
        .. VoidOperations.All,
        .. ErasureOperations.All,
        UsageQueryOperation.Query,
        .. EventOperations.All,
        .. BillJobOperations.All,
        .. BillOperations.All,
        .. BillExplanationOperations.All,
        WhatIfOperation.Calculate,
        PricingPreviewOperation.Preview,
        .. BillLineItemOperations.All,
        .. BillLifeOperations.All,
        LineItemOperations.List,
        BillCsvOperations.Download,
        BillExplorerOperation.Query,
        .. MemoOperations.All,
        .. InvoiceOperations.All,
        .. StatementJobOperations.All,
        .. BillStatementOperations.All,
    ];
}
