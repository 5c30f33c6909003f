namespace Tallystick.ClientGenerator;

/// <summary>Names of methods. An operation that is in no table is named by its path or else by its id.</summary>
internal static class MethodNames
{
    private static readonly HashSet<string> ByHand =
    [
        "AdminResendTempPass", "SubmitCloudEvents", "SubmitOtlpLogs", "SubmitOtlpMetrics",
    ];

    /// <summary>Operations that change nothing or change the same when repeated, although they are posted.</summary>
    private static readonly HashSet<string> Repeatable =
    [
        "ApproveAllBillsInBillingPeriod", "ApproveBills", "CalculateWhatIf", "GetLookupTableRevisionArchivedDataUrl",
        "ListResourceGroupsForId", "PostQueryBillData", "PostUsageDataQuery", "PreviewBalanceTransactionSchedule",
        "PreviewBill", "PreviewBillDifference", "PreviewScheduledCharge",
    ];

    /// <summary>Parameters that change the form of the answer, for which there are methods written by hand.</summary>
    private static readonly HashSet<string> Omitted = ["ExplainBill.format"];

    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["AcceptInvitation"] = "Accept",
        ["ActivateAccessKey"] = "Activate",
        ["AddPermissionPolicyToServiceUser"] = "AddToServiceUser",
        ["AddPermissionPolicyToSupportUsers"] = "AddToSupportUsers",
        ["AddPermissionPolicyToUser"] = "AddToUser",
        ["AddPermissionPolicyToUserGroup"] = "AddToUserGroup",
        ["AddResourceToGroup"] = "AddResource",
        ["ApproveAllBillsInBillingPeriod"] = "ApprovePeriod",
        ["ApproveBills"] = "Approve",
        ["CalculateWhatIf"] = "CalculateWhatIf",
        ["CancelBillJob"] = "Cancel",
        ["CancelStatementJob"] = "Cancel",
        ["CopyLookupTableRevisionData"] = "Copy",
        ["CreateBillCsvStatement"] = "CreateCsvStatement",
        ["CreateStatementJobBatch"] = "CreateBatch",
        ["DeactivateAccessKey"] = "Deactivate",
        ["DeleteLookupTableRevisionDataEntry"] = "DeleteEntry",
        ["DeleteLookupTableRevisionDataJobResponse"] = "DeleteJob",
        ["DownloadBillsCsvUrl"] = "GetCsvUrl",
        ["EndDateBillingEntitiesForAccount"] = "EndDateBillingEntities",
        ["EndDateBillingEntitiesForContract"] = "EndDateBillingEntities",
        ["ExplainBill"] = "Explain",
        ["GenerateCsvUploadUrl"] = "CreateCsvUpload",
        ["GenerateLookupTableDataUploadUrl"] = "CreateUpload",
        ["GenerateUploadUrl"] = "CreateUpload",
        ["GetAllBillsForAccount"] = "ListByAccount",
        ["GetAllBillsInBillingPeriod"] = "ListByPeriod",
        ["GetBalanceTransactionsSummary"] = "GetSummary",
        ["GetBillCsvStatement"] = "GetCsvStatement",
        ["GetBillDifference"] = "GetDifference",
        ["GetBillInvoicePdf"] = "GetInvoicePdf",
        ["GetBillJsonStatement"] = "GetJsonStatement",
        ["GetBillLineItem"] = "Get",
        ["GetBillLineItemJsonUsage"] = "GetUsage",
        ["GetExternalMappingOptionsForDestination"] = "ListOptions",
        ["GetExternalMappingOptionsForDestinationForCredentialsId"] = "ListOptionsForCredentials",
        ["GetJobOriginalFileDownloadUrl"] = "GetOriginal",
        ["GetLatestBill"] = "GetLatest",
        ["GetLookupTableRevisionArchivedDataUrl"] = "GetArchived",
        ["GetLookupTableRevisionDataEntry"] = "GetEntry",
        ["GetLookupTableRevisionDataJobResponse"] = "GetJob",
        ["GetMe"] = "GetMe",
        ["GetMeasurementConservation"] = "GetConservation",
        ["GetOrgUserGroups"] = "ListGroups",
        ["GetOrgUserPermissions"] = "ListPermissions",
        ["GetResourceGroupPermissions"] = "ListPermissions",
        ["GetUploadJobResponse"] = "GetJob",
        ["GetValidationErrorDownloadUrl"] = "GetFailureDownloadUrl",
        ["ListAccountChildren"] = "ListChildren",
        ["ListBillLineItems"] = "ListByBill",
        ["ListEventFields"] = "GetFields",
        ["ListEventTypes"] = "GetTypes",
        ["ListExternalMappingsForExternalSystemAndEntity"] = "ListByExternalId",
        ["ListExternalMappingsForM3terEntity"] = "ListByEntity",
        ["ListFormerBills"] = "ListHistory",
        ["ListJobs"] = "ListJobs",
        ["ListLineItems"] = "List",
        ["ListLookupTableRevisionDataJobs"] = "ListJobs",
        ["ListResourceGroupsForId"] = "ListContents",
        ["ListServiceUserPermissions"] = "ListPermissions",
        ["LockBill"] = "Lock",
        ["PostQueryBillData"] = "QueryBills",
        ["PostUsageDataQuery"] = "Query",
        ["PreviewBalanceTransactionSchedule"] = "Preview",
        ["PreviewBill"] = "Preview",
        ["PreviewBillDifference"] = "PreviewDifference",
        ["PreviewScheduledCharge"] = "Preview",
        ["PutEventActioned"] = "MarkActioned",
        ["PutLookupTableRevisionDataEntry"] = "PutEntry",
        ["RecalculateBillJob"] = "Recalculate",
        ["RemovePermissionPolicyFromServiceUser"] = "RemoveFromServiceUser",
        ["RemovePermissionPolicyFromSupportUsers"] = "RemoveFromSupportUsers",
        ["RemovePermissionPolicyFromUser"] = "RemoveFromUser",
        ["RemovePermissionPolicyFromUserGroup"] = "RemoveFromUserGroup",
        ["RemoveResourceFromGroup"] = "RemoveResource",
        ["ReplaceAccountPlan"] = "Replace",
        ["SignIn"] = "SignIn",
        ["SubmitMeasurements"] = "Submit",
        ["TriggerLookupTableRevisionDataDownloadJob"] = "StartDownload",
        ["UpdateBillStatus"] = "UpdateStatus",
        ["UpdateLookupTableRevisionStatus"] = "UpdateStatus",
    };

    /// <summary>Whether the client has the method outside of its generated sources.</summary>
    internal static bool IsWrittenByHand(string operationId) => ByHand.Contains(operationId);

    internal static bool IsRepeatable(string operationId, string verb) =>
        verb != "post" || Repeatable.Contains(operationId);

    internal static bool IsOmitted(string operationId, string parameter) =>
        Omitted.Contains($"{operationId}.{parameter}");

    /// <param name="operationId">What the API document calls it.</param>
    /// <param name="verb">The HTTP method.</param>
    /// <param name="rest">The path below that of the resource.</param>
    /// <param name="isList">Whether it answers pages.</param>
    internal static string Of(string operationId, string verb, string rest, bool isList)
    {
        if (Names.TryGetValue(operationId, out var name))
            return name;
        var isItem = rest.Count(character => character == '/') == 1 && rest.EndsWith('}');
        return (verb, rest) switch
        {
            ("get", "") => isList ? "List" : "Get",
            ("post", "") => "Create",
            ("put", "") => "Update",
            ("delete", "") => "Delete",
            ("get", "/search") => "Search",
            ("get", _) when isItem => "Get",
            ("put", _) when isItem => "Update",
            ("delete", _) when isItem => "Delete",
            _ => Naming.Pascal(operationId),
        };
    }
}
