using Tallystick.Client;
using Tallystick.Console.Api;
using Tallystick.Console.Figures;

namespace Tallystick.Console.Pages.Billing.Bills;

/// <summary>Something that is done with several bills at once.</summary>
/// <param name="Name">Its name in forms.</param>
/// <param name="Verb">The verb on buttons.</param>
/// <param name="Operation">The operation that it needs.</param>
/// <param name="Consequence">What will happen.</param>
internal sealed record BillAction(string Name, string Verb, string Operation, string Consequence)
{
    /// <summary>Whether it cannot be undone, so that people confirm it by typing the number of bills.</summary>
    internal bool IsFinal => this == Lock;

    /// <summary>Calculates bills again.</summary>
    internal static BillAction Recalculate { get; } = new(
        "recalculate", "Recalculate", "POST billjobs/recalculate",
        "A bill job calculates them again from the usage, plans and prices as they are now. Dates and currency stay, "
        + "and so do credits and debits. Approved bills become pending again.");

    /// <summary>Approves bills.</summary>
    internal static BillAction Approve { get; } = new(
        "approve", "Approve", "POST bills/approve",
        "They become approved. Statements are made where accounts have them made automatically. Until a bill is "
        + "locked, it can be set back to pending.");

    /// <summary>Locks bills.</summary>
    internal static BillAction Lock { get; } = new(
        "lock", "Lock", "PUT bills/{id}/lock",
        "They never change again: nobody can unlock, recalculate or delete them, or add credits and debits.");

    /// <summary>All of them.</summary>
    internal static IReadOnlyList<BillAction> All { get; } = [Recalculate, Approve, Lock];

    /// <summary>Why a bill is left out; null if it is not.</summary>
    internal string? Refusal(Bill bill, DateOnly? lockDate)
    {
        if (bill.Locked)
            return "It is locked.";
        if (bill.EndDate <= lockDate)
            return $"The lock date {Figure.Date(lockDate)} locks it.";
        var isApproved = bill.Status == BillStatus.Approved;
        if (this == Approve && isApproved)
            return "It is approved already.";
        return this == Lock && !isApproved ? "It is pending. Approve it first." : null;
    }

    /// <summary>Does it.</summary>
    /// <returns>Where to go next, and what to say there.</returns>
    internal async Task<(string Address, string Message)> RunAsync(OrganizationApi api, IReadOnlyList<Bill> bills)
    {
        string[] ids = [.. bills.Select(bill => bill.Id)];
        var list = BillPeriod.Of(bills[0]).Bills(api);
        if (this == Recalculate)
        {
            var job = await api.Client.BillJobs.RecalculateAsync(new() { BillIds = ids }, api.Cancelled);
            return (api.To($"billjobs/{job.Id}"), "Recalculation started.");
        }
        if (this == Approve)
        {
            await api.Client.Bills.ApproveAsync(new() { BillIds = ids }, cancellationToken: api.Cancelled);
            return (list, $"{Figure.Count(ids.Length, "bill", "bills")} approved.");
        }
        return (list, await LockAsync(api, ids));
    }

    // One by one, as the API does it: a bill that is refused meanwhile does not keep the others from being locked.
    private static async Task<string> LockAsync(OrganizationApi api, string[] ids)
    {
        var refusals = new List<string>();
        foreach (var id in ids)
        {
            try
            {
                await api.Client.Bills.LockAsync(id, api.Cancelled);
            }
            catch (TallystickApiException refused)
            {
                refusals.Add(Components.Faults.Describe(refused));
            }
        }
        var locked = $"{Figure.Count(ids.Length - refusals.Count, "bill", "bills")} locked";
        return refusals.Count == 0 ? $"{locked}." : $"{locked}; {refusals.Count} refused: {refusals[0]}";
    }
}
