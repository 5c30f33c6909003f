using Tallystick.Client;
using Tallystick.Console.Api;
using Tallystick.Console.Figures;

namespace Tallystick.Console.Pages.Accounts.Charts;

/// <summary>What has changed balances and prepayments, as the API tells it.</summary>
internal static class Draws
{
    // More than a chart or a reader needs. The newest are shown.
    private const int MaxTransactions = 400;
    private const int MaxBills = 100;

    /// <summary>The transactions of a balance, the oldest first. The last amount is the API's.</summary>
    internal static IReadOnlyList<BurnPoint> OfBalance(
        Balance balance, IReadOnlyList<BalanceTransaction> newestFirst, NodaTime.DateTimeZone zone)
    {
        var points = new List<BurnPoint>();
        var left = balance.Amount ?? 0;
        foreach (var one in newestFirst.OrderByDescending(one => one.AppliedDate ?? one.DtCreated))
        {
            points.Add(new BurnPoint(
                Figure.Time(one.AppliedDate ?? one.DtCreated, zone),
                one.Description ?? Words.Of(one.EntityType?.Value), one.Amount, left)
            {
                Page = one.EntityType == TransactionEntityType.Bill ? $"bills/{one.EntityId}" : null,
            });
            left -= one.Amount;
        }
        points.Reverse();
        return points;
    }

    internal static async Task<IReadOnlyList<BalanceTransaction>> TransactionsAsync(OrganizationApi api, string id) =>
        await api.Client.BalanceTransactions.ListAsync(id).Take(MaxTransactions).ToListAsync(api.Cancelled);

    /// <summary>What bills have drawn from a prepayment, the oldest first.</summary>
    internal static async Task<IReadOnlyList<BurnPoint>> OfCommitmentAsync(OrganizationApi api, Commitment commitment)
    {
        if (!await api.MayAsync("GET bills"))
            return [];
        var bills = await api.Client.Bills.ListByAccountAsync(commitment.AccountId).Take(MaxBills)
            .ToListAsync(api.Cancelled);
        var drawn = bills.OrderByDescending(bill => bill.BillDate)
            .Select(bill => (bill, Amount: Drawn(bill, commitment)))
            .Where(pair => pair.Amount != 0)
            .ToList();
        var points = new List<BurnPoint>();
        var left = commitment.Amount - (commitment.AmountSpent ?? 0);
        foreach (var (bill, amount) in drawn)
        {
            points.Add(new BurnPoint(Figure.Date(bill.BillDate), $"Bill of {Figure.Date(bill.BillDate)}", amount, left)
            {
                Page = $"bills/{bill.Id}",
            });
            left -= amount;
        }
        points.Reverse();
        return points;
    }

    // Lines that draw on it are credits, so they are negative.
    private static decimal Drawn(Bill bill, Commitment commitment) => (bill.LineItems ?? [])
        .Where(line => line.CommitmentId == commitment.Id && line.LineItemType == LineItemType.CommitmentConsumed)
        .Sum(line => line.Subtotal);
}
