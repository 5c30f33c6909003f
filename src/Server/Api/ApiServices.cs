using Tallystick.Access.Credentials;
using Tallystick.Access.Groups;
using Tallystick.Access.Invitations;
using Tallystick.Access.Permissions;
using Tallystick.Access.SecondFactors;
using Tallystick.Access.Users;
using Tallystick.Billing.Accounts;
using Tallystick.Billing.BillExports;
using Tallystick.Billing.BillJobs;
using Tallystick.Billing.BillLife;
using Tallystick.Billing.BillRuns;
using Tallystick.Billing.Bills;
using Tallystick.Billing.EndDating;
using Tallystick.Billing.Explanations;
using Tallystick.Billing.Invoices;
using Tallystick.Billing.Ledger;
using Tallystick.Billing.Statements;
using Tallystick.Billing.WhatIf;
using Tallystick.Metering.Ingest;
using Tallystick.Metering.Usage;
using Tallystick.Printing;
using Tallystick.Server.Api.Auth;
using Tallystick.Server.Api.DataExplorer;
using Tallystick.Server.Api.Files;
using Tallystick.Server.Api.Invoices;
using Tallystick.Server.Api.LookupTables;
using Tallystick.Server.Api.Permissions;
using Tallystick.Server.Api.Resources;
using Tallystick.Server.Api.Statements;
using Tallystick.Server.Hosting;

namespace Tallystick.Server.Api;

/// <summary>Registers the services of the API: use cases, and readers and writers of requests and responses.</summary>
internal static class ApiServices
{
    /// <summary>Registers the operations and the dependencies of their constructors.</summary>
    internal static void AddTo(IServiceCollection services)
    {
        AddUseCases(services);
        services.AddSingleton<AccessControl>();
        services.AddSingleton<ResourceLists>();
        services.AddSingleton<ResourceSearches>();
        services.AddSingleton<ResourceParents>();
        services.AddSingleton<ResourceViews>();
        services.AddSingleton<PolicyLists>();
        services.AddSingleton<LookupJobAnswer>();
        services.AddSingleton<QueryRate>();
        services.AddSingleton<StatementJobAnswer>();
        foreach (var operation in ApiOperations.All)
            operation.Handle.AddTo(services);
        // Endpoints that are not operations in the API document.
        services.AddSingleton<TokenEndpoint>();
        services.AddSingleton<LookupDownload>();
        services.AddSingleton<FileUrls>();
        services.AddSingleton<HealthEndpoints>();
    }

    private static void AddUseCases(IServiceCollection services)
    {
        services.AddSingleton<InvitationCreation>();
        services.AddSingleton<InvitationAcceptance>();
        services.AddSingleton<PersonSignIn>();
        services.AddSingleton<ISecretProtection, SecretProtection>();
        services.AddSingleton<SecondFactorCheck>();
        services.AddSingleton<MeterEvaluation>();
        services.AddSingleton<TemporaryPasswords>();
        services.AddSingleton<ServiceUserDeletion>();
        services.AddSingleton<ServiceUserKeys>();
        services.AddSingleton<PolicyAttachments>();
        services.AddSingleton<GroupMembership>();
        services.AddSingleton<AccountPlanReplacement>();
        services.AddSingleton<EndBillingEntities>();
        services.AddSingleton<BillJobStarter>();
        services.AddSingleton<BillPreviews>();
        services.AddSingleton<BillHistory>();
        services.AddSingleton<BillExplanations>();
        services.AddSingleton<WhatIfCalculation>();
        services.AddSingleton<BillLifecycle>();
        services.AddSingleton<BillExport>();
        services.AddSingleton<BillExplorer>();
        services.AddSingleton<InvoiceReader>();
        services.AddSingleton<StatementGenerator>();
        services.AddSingleton<StatementJobs>();
        services.AddSingleton<InvoicePrinter>();
        services.AddSingleton<InvoiceSlots>();
        services.AddSingleton<BalanceLedger>();
        services.AddSingleton<SchedulePreviews>();
        services.AddSingleton<UsageExplorer>();
        services.AddSingleton<SampleData.SampleOrganizations>();
    }
}
