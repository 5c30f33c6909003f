using Tallystick.Client;
using Tallystick.Console.Api;
using Tallystick.Console.Figures;

namespace Tallystick.Console.Pages.Billing.Bills;

/// <summary>How many bills are in which state.</summary>
/// <param name="Pending">Bills to approve.</param>
/// <param name="Approved">Bills that are approved and not locked.</param>
/// <param name="Locked">Bills that cannot change.</param>
/// <param name="IsAll">Whether all were counted.</param>
internal sealed record BillCounts(int Pending, int Approved, int Locked, bool IsAll)
{
    // A page does not wait for more: the sentence then says "at least".
    private const int Max = 1_000;
    private const int PageSize = 100;

    /// <summary>In a sentence.</summary>
    internal string Sentence => Pending + Approved + Locked == 0 ? "No bills"
        : $"{(IsAll ? "" : "At least ")}{Figure.Count(Pending, "bill", "bills")} pending, {Approved} approved, "
            + $"{Locked} locked";

    /// <summary>Counts bills by their dates.</summary>
    internal static async Task<BillCounts> ReadAsync(OrganizationApi api, string? from, string? until)
    {
        var bills = await ListAsync(api, from, until, null, Max + 1);
        var locked = bills.Count(bill => bill.Locked);
        var pending = bills.Count(bill => !bill.Locked && bill.Status == BillStatus.Pending);
        return new BillCounts(pending, bills.Count - locked - pending, locked, bills.Count <= Max);
    }

    /// <summary>Bills by their dates, without lines.</summary>
    internal static async Task<IReadOnlyList<Bill>> ListAsync(
        OrganizationApi api, string? from, string? until, BillStatus? status, int max) =>
        await api.Client.Bills
            .ListAsync(
                PageSize, status: status, billDateStart: from, billDateEnd: until, excludeLineItems: true,
                includeBillTotal: true)
            .Take(max).ToListAsync(api.Cancelled);
}
