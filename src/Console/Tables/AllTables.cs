using Tallystick.Console.Pages.Accounts;
using Tallystick.Console.Pages.Accounts.Balances;
using Tallystick.Console.Pages.Accounts.Contracts;
using Tallystick.Console.Pages.Accounts.Prepayments;
using Tallystick.Console.Pages.Billing.Bills;
using Tallystick.Console.Pages.Billing.Jobs;
using Tallystick.Console.Pages.Billing.Statements;
using Tallystick.Console.Pages.Metering.Aggregations;
using Tallystick.Console.Pages.Metering.CompoundAggregations;
using Tallystick.Console.Pages.Metering.Counters;
using Tallystick.Console.Pages.Metering.Ingest;
using Tallystick.Console.Pages.Metering.LookupTables;
using Tallystick.Console.Pages.Metering.Meters;
using Tallystick.Console.Pages.Metering.Uploads;
using Tallystick.Console.Pages.Metering.Usage;
using Tallystick.Console.Pages.Prices.CounterPricings;
using Tallystick.Console.Pages.Prices.PlanGroups;
using Tallystick.Console.Pages.Prices.Plans;
using Tallystick.Console.Pages.Prices.PlanTemplates;
using Tallystick.Console.Pages.Prices.Pricings;
using Tallystick.Console.Pages.Products;
using Tallystick.Console.Pages.Settings.Audit;
using Tallystick.Console.Pages.Settings.Invitations;
using Tallystick.Console.Pages.Settings.Picklists;
using Tallystick.Console.Pages.Settings.Policies;
using Tallystick.Console.Pages.Settings.ServiceUsers;
using Tallystick.Console.Pages.Settings.UserGroups;
using Tallystick.Console.Pages.Settings.Users;

namespace Tallystick.Console.Tables;

/// <summary>The tables of all pages, for exports.</summary>
internal static class AllTables
{
    private static readonly ITable[] All =
    [
        ProductTable.Definition,
        AccountTable.Definition,
        AccountTable.Children,
        ContractTable.Definition,
        CommitmentTable.Definition,
        BalanceTable.Definition,
        PlanTable.Definition,
        PlanTemplateTable.Definition,
        PlanGroupTable.Definition,
        PricingTable.Definition,
        CounterPricingTable.Definition,
        BillTable.Definition,
        BillJobTable.Definition,
        StatementDefinitionTable.Definition,
        UserTable.Definition,
        ServiceUserTable.Definition,
        UserGroupTable.Definition,
        InvitationTable.Definition,
        PolicyTable.Definition,
        MeterTable.Definition,
        AggregationTable.Definition,
        CompoundAggregationTable.Definition,
        CounterTable.Definition,
        LookupTableTable.Definition,
        new UsageExport(),
        Failure.Table,
        UploadTable.Definition,
        EventTable.Definition,
        AllPicklists.Currencies.Table,
        AllPicklists.CreditReasons.Table,
        AllPicklists.DebitReasons.Table,
        AllPicklists.TransactionTypes.Table,
        AllPicklists.BillGroupingKeys.Table,
    ];

    /// <summary>The table with a name; null for none.</summary>
    internal static ITable? Find(string name) => All.FirstOrDefault(table => table.Name == name);
}
