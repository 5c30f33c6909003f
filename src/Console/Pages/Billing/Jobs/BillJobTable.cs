using Tallystick.Client;
using Tallystick.Console.Figures;
using Tallystick.Console.Forms;
using Tallystick.Console.Tables;

namespace Tallystick.Console.Pages.Billing.Jobs;

/// <summary>The table and the form of bill jobs.</summary>
internal static class BillJobTable
{
    internal static TableDefinition<BillJob> Definition { get; } = new()
    {
        Name = "billjobs",
        Operation = "GET billjobs",
        Load = query => query.Api.Client.BillJobs.ListAsync(query.PageSize, query["active"], query["status"]),
        Key = job => job.Id,
        Page = job => $"billjobs/{job.Id}",
        Filters =
        [
            new("status", "Status")
            {
                Options =
                [
                    BillJobStatus.Pending.Value, BillJobStatus.Running.Value, BillJobStatus.Complete.Value,
                    BillJobStatus.Cancelled.Value,
                ],
            },
        ],
        Columns = new Columns<BillJob>()
            .Time("Created", job => job.DtCreated)
            .Text("Type", job => Words.Of(job.Type?.Value))
            .Status("Status", job => job.Status?.Value)
            .Date("Bill date", job => job.BillDate)
            .Text("Frequency", job => job.BillingFrequency is { } one ? Words.Of(one.Value) : "All")
            .Quantity("Accounts", job => job.Total)
            .Quantity("Bills", job => job.BillIds?.Count)
            .Quantity("Failures", job => job.Failures?.Count ?? 0)
            .Text("Created by", job => job.CreatedBy).Extra()
            .Code("Id", job => job.Id).Extra(),
    };

    internal static IReadOnlyList<FormField> Fields { get; } =
    [
        new("lastDateInBillingPeriod", "Last day of the period", InputKind.Date)
        {
            Hint = "The bill date is the day after. Without a date, the bills of the current period are created.",
        },
        new("billingFrequency", "Frequency", InputKind.Choice)
        {
            Options = Option.Of([
                .. new[]
                {
                    BillJobBillingFrequency.Daily, BillJobBillingFrequency.Weekly, BillJobBillingFrequency.Monthly,
                    BillJobBillingFrequency.Annually, BillJobBillingFrequency.AdHoc,
                }.Select(one => one.Value)]),
            Hint = "Without one, bills of all frequencies that have this date are created.",
        },
        new("accountIds", "Accounts", InputKind.Texts)
        {
            Hint = "Codes or ids, separated by commas, at most 100. Without any, all accounts are billed.",
        },
        new("externalInvoiceDate", "Invoice date", InputKind.Date)
        {
            Hint = "Instead of the one that the organization configuration sets.",
        },
        new("dueDate", "Due date", InputKind.Date) { Hint = "Instead of the one that the account sets." },
        new("targetCurrency", "Currency")
        {
            MaxLength = 3,
            Hint = "Code, such as EUR. Instead of that of the account.",
        },
    ];
}
