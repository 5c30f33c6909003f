using System.Collections.Frozen;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.Balances;
using Tallystick.Billing.BalanceSchedules;
using Tallystick.Billing.BalanceTransactions;
using Tallystick.Billing.BillConfigs;
using Tallystick.Billing.BillJobs;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Charges;
using Tallystick.Billing.Commitments;
using Tallystick.Billing.Contracts;
using Tallystick.Billing.CounterAdjustments;
using Tallystick.Billing.ExternalMappings;
using Tallystick.Billing.Organizations;
using Tallystick.Billing.Picklists;
using Tallystick.Billing.PlanGroupLinks;
using Tallystick.Billing.StatementDefinitions;
using Tallystick.Foundation.Resources;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.CompoundAggregations;
using Tallystick.Metering.CustomFields;
using Tallystick.Metering.LookupTables;
using Tallystick.Metering.Meters;
using Tallystick.Metering.Products;
using Tallystick.Pricing.CounterPricings;
using Tallystick.Pricing.Counters;
using Tallystick.Pricing.Currencies;
using Tallystick.Pricing.PlanGroups;
using Tallystick.Pricing.Plans;
using Tallystick.Pricing.Pricings;
using Tallystick.Server.Auth;
using Tallystick.Server.Invitations;
using Tallystick.Server.Permissions;
using Tallystick.Server.ResourceGroups;
using Tallystick.Server.Users;
using Tallystick.Storage.Documents;

namespace Tallystick.Server.Resources;

/// <summary>All kinds of resources: the one list that a new kind joins.</summary>
internal static class ResourceCatalog
{
    /// <summary>The definitions, in the order of the API document.</summary>
    internal static IReadOnlyList<ResourceDefinition> All { get; } =
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
        StatementDefinitionResource.Definition,
        ExternalMappingResource.Definition,
        CustomFieldResource.Definition,
        BillJobResource.Definition,
        BillResource.Definition,
        InvoiceNumberResource.Definition,
        OrganizationResource.Definition,
        InstalledOrganizationResource.Definition,
        ServiceUserResource.Definition,
        AccessKeyResource.Definition,
        PermissionPolicyResource.Definition,
        PrincipalPermissionResource.Definition,
        OrgUserResource.Definition,
        OrgUserInvitationResource.Definition,
        SupportResource.Definition,
        LoginResource.Definition,
        ResourceGroupResource.Definition,
        ResourceGroupItemResource.Definition,
    ];

    private static readonly FrozenDictionary<Type, ResourceDefinition> ByModel =
        All.ToFrozenDictionary(definition => definition.Model);

    private static readonly FrozenDictionary<string, DocumentKind> Kinds =
        All.ToFrozenDictionary(definition => definition.Kind, NewKind, StringComparer.Ordinal);

    /// <summary>Definitions that name entities of a kind, with the reference by which they do.</summary>
    private static readonly ILookup<string, (ResourceDefinition Definition, ReferenceTarget Reference)> Referrers =
        All.SelectMany(definition => definition.References, (definition, reference) => (definition, reference))
            .ToLookup(pair => pair.reference.Kind, StringComparer.Ordinal);

    /// <summary>The definition of a model.</summary>
    internal static ResourceDefinition Of<T>() where T : Resource => ByModel[typeof(T)];

    /// <summary>The definition of a kind.</summary>
    internal static ResourceDefinition Of(string kind) => All.First(definition => definition.Kind == kind);

    /// <summary>Where documents of the kind are kept.</summary>
    internal static DocumentKind KindOf(ResourceDefinition definition) => Kinds[definition.Kind];

    /// <summary>The kinds of documents that a store must keep.</summary>
    internal static IReadOnlyList<DocumentKind> DocumentKinds { get; } = [.. All.Select(KindOf)];

    /// <summary>Who names entities of the kind.</summary>
    internal static IEnumerable<(ResourceDefinition Definition, ReferenceTarget Reference)> ReferrersOf(string kind) =>
        Referrers[kind];

    private static DocumentKind NewKind(ResourceDefinition definition) => new(
        definition.Table,
        [.. definition.Columns.Select(column =>
            new DocumentColumn(column.Name, column.IsUnique, column.IsIndexed, column.HasFewValues))],
        json => definition.ReadColumns(definition.Read(json.Span)));
}
