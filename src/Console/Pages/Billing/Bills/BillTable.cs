using Tallystick.Client;
using Tallystick.Console.Figures;
using Tallystick.Console.Tables;

namespace Tallystick.Console.Pages.Billing.Bills;

/// <summary>The table of bills.</summary>
internal static class BillTable
{
    internal const string From = "from";
    internal const string Until = "until";
    internal const string Status = "status";
    internal const string Job = "job";

    private const string Unlocked = "UNLOCKED_ONLY";

    internal static IReadOnlyList<string> Frequencies { get; } =
        [.. new[]
        {
            BillingFrequency.Daily, BillingFrequency.Weekly, BillingFrequency.Monthly, BillingFrequency.Annually,
            BillingFrequency.AdHoc, BillingFrequency.Mixed,
        }.Select(one => one.Value)];

    internal static TableDefinition<Bill> Definition { get; } = new()
    {
        Name = "bills",
        Operation = "GET bills",
        Load = query => query.Api.Client.Bills.ListAsync(
            query.PageSize,
            accountId: query["account"],
            locked: query["locked"] == Unlocked ? false : null,
            status: query[Status] is { } status ? new BillStatus(status) : null,
            billDateStart: query[From],
            billDateEnd: query[Until],
            billJobId: query[Job],
            billingFrequency: query["frequency"],
            excludeLineItems: true,
            includeBillTotal: true),
        Key = bill => bill.Id,
        Page = bill => $"bills/{bill.Id}",
        Filters =
        [
            new(From, "Bill date from") { IsDate = true },
            new(Until, "Bill date before") { IsDate = true },
            new(Status, "Status") { Options = [BillStatus.Pending.Value, BillStatus.Approved.Value] },
            new("account", "Account") { Reference = References.Accounts },
            new("frequency", "Frequency") { Options = Frequencies },
            new("locked", "Locked bills") { Options = [Unlocked] },
            new(Job, "Bill job (id)"),
        ],
        Columns = new Columns<Bill>()
            .Text("Bill", NameOf)
            .Reference("Account", References.Accounts, bill => bill.AccountId)
            .Date("Bill date", bill => bill.BillDate)
            .Text("Period", PeriodOf).Extra()
            .Text("Frequency", bill => Words.Of(bill.BillingFrequency.Value))
            .Status("Status", StateOf)
            .Money("Total", bill => bill.BillTotal, bill => bill.Currency)
            .Date("Due date", bill => bill.DueDate).Extra()
            .Date("Invoice date", bill => bill.ExternalInvoiceDate).Extra()
            .Text("Purchase order", bill => bill.PurchaseOrderNumber).Extra()
            .Time("Last calculated", bill => bill.LastCalculatedDate).Extra()
            .Time("Approved", bill => bill.DtApproved).Extra()
            .Code("Bill job", bill => bill.BillJobId).Extra()
            .Code("Id", bill => bill.Id).Extra(),
    };

    /// <summary>What people call a bill: its invoice number; without one, account and date.</summary>
    internal static string NameOf(Bill bill) =>
        bill.SequentialInvoiceNumber ?? $"{bill.AccountCode} {Figure.Date(bill.BillDate)}";

    /// <summary>The period that it covers. The end is the day after the last one.</summary>
    internal static string PeriodOf(Bill bill) => $"{Figure.Date(bill.StartDate)} to {Figure.Date(bill.EndDate)}";

    /// <summary>Its state in its life: pending, approved, locked.</summary>
    internal static string StateOf(Bill bill) => bill.Locked ? "LOCKED" : bill.Status.Value;
}
