using Tallystick.Access.Credentials;
using Tallystick.Access.Groups;
using Tallystick.Access.Invitations;
using Tallystick.Access.Organizations;
using Tallystick.Access.Permissions;
using Tallystick.Access.Sessions;
using Tallystick.Access.Users;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.Balances;
using Tallystick.Billing.BalanceSchedules;
using Tallystick.Billing.BalanceTransactions;
using Tallystick.Billing.BillConfigs;
using Tallystick.Billing.BillJobs;
using Tallystick.Billing.BillRuns;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Charges;
using Tallystick.Billing.Commitments;
using Tallystick.Billing.Contracts;
using Tallystick.Billing.CounterAdjustments;
using Tallystick.Billing.Erasures;
using Tallystick.Billing.ExternalMappings;
using Tallystick.Billing.Invoices;
using Tallystick.Billing.Ledger;
using Tallystick.Billing.Memos;
using Tallystick.Billing.Organizations;
using Tallystick.Billing.Picklists;
using Tallystick.Billing.PlanGroupLinks;
using Tallystick.Billing.StatementDefinitions;
using Tallystick.Billing.Statements;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.CompoundAggregations;
using Tallystick.Metering.CustomFields;
using Tallystick.Metering.LookupTables;
using Tallystick.Metering.Meters;
using Tallystick.Metering.OtlpMappings;
using Tallystick.Metering.Products;
using Tallystick.Metering.Removal;
using Tallystick.Metering.Uploads;
using Tallystick.Metering.Usage;
using Tallystick.Pricing.CounterPricings;
using Tallystick.Pricing.Counters;
using Tallystick.Pricing.Currencies;
using Tallystick.Pricing.PlanGroups;
using Tallystick.Pricing.Plans;
using Tallystick.Pricing.Pricings;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Jobs;

namespace Tallystick.Server.Api.Resources;

/// <summary>The only list of all kinds of resources. Add new kinds here.</summary>
internal static class AllKinds
{
    /// <summary>The kinds, in the order of the API document.</summary>
    internal static ResourceCatalog Catalog { get; } = new(
    [
        ProductResource.Definition,
        MeterResource.Definition,
        AggregationResource.Definition,
        CompoundAggregationResource.Definition,
        LookupTableResource.Definition,
        LookupTableResource.Revisions,
        LookupTableResource.Data,
        LookupTableResource.Items,
        LookupTableResource.Jobs,
        MeasurementUploadResource.Definition,
        UsageSavedQueryResource.Definition,
        OtlpMappingResource.Definition,
        MeasurementVoidResource.Definition,
        MeasurementErasureResource.Definition,
        PlanTemplateResource.Definition,
        PlanResource.Definition,
        PricingResource.Definition,
        CounterResource.Definition,
        CounterPricingResource.Definition,
        PlanGroupResource.Definition,
        PlanGroupLinkResource.Definition,
        AccountResource.Definition,
        AccountPlanResource.Definition,
        ContractResource.Definition,
        CommitmentResource.Definition,
        BalanceResource.Definition,
        BalanceTransactionResource.Definition,
        BalanceScheduleResources.Transactions,
        BalanceScheduleResources.Charges,
        CounterAdjustmentResource.Definition,
        ChargeResource.Definition,
        CurrencyResource.Definition,
        PicklistResources.BillGroupingKeys,
        PicklistResources.CreditReasons,
        PicklistResources.DebitReasons,
        PicklistResources.TransactionTypes,
        OrganizationConfigResource.Definition,
        BillConfigResource.Definition,
        InvoiceSettingsResource.Definition,
        StatementDefinitionResource.Definition,
        ExternalMappingResource.Definition,
        CustomFieldResource.Definition,
        BillJobResource.Definition,
        BillJobResultResource.Definition,
        BillDrawResource.Definition,
        BillResource.Definition,
        FormerBillResource.Definition,
        MemoResources.Credits,
        MemoResources.Debits,
        StatementJobResource.Definition,
        InvoiceNumberResource.Definition,
        OrganizationResource.Definition,
        InstalledOrganizationResource.Definition,
        SampleOrganizationResource.Definition,
        ServiceUserResource.Definition,
        AccessKeyResource.Definition,
        PermissionPolicyResource.Definition,
        PrincipalPermissionResource.Definition,
        OrgUserResource.Definition,
        OrgUserInvitationResource.Definition,
        SupportResource.Definition,
        LoginResource.Definition,
        SessionResource.Definition,
        ResourceGroupResource.Definition,
        ResourceGroupItemResource.Definition,
        QueuedJobResource.Definition,
    ]);
}
