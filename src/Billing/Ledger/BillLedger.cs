using NodaTime;
using Tallystick.Billing.Balances;
using Tallystick.Billing.BalanceTransactions;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation;
using Tallystick.Billing.Calculation.Ledger;
using Tallystick.Billing.Calculation.Present;
using Tallystick.Billing.Commitments;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;
using Tallystick.Resources.Definitions;
using Tallystick.Resources.Documents;

namespace Tallystick.Billing.Ledger;

/// <summary>
/// Stores what bills draw from commitments and balances, in the same change as the bill: the draws themselves, the
/// amount spent of each commitment, the amount of each balance, and one transaction for each balance. A bill that is
/// calculated again replaces its own draws and transactions, and leaves those that have not changed alone.
/// </summary>
public static class BillLedger
{
    /// <summary>The ledgers of accounts, by account UUID.</summary>
    internal static async ValueTask<IReadOnlyDictionary<string, AccountLedger>> LoadAsync(
        ResourceReader related, IReadOnlyList<string> accountIds)
    {
        if (accountIds.Count == 0)
            return new Dictionary<string, AccountLedger>();
        var ofAccounts = new Condition.In(BillDrawResource.AccountId, accountIds);
        var commitments = (await related.ListAsync<Commitment>(ofAccounts)).ToLookup(one => one.AccountId);
        var balances = (await related.ListAsync<Balance>(ofAccounts)).ToLookup(one => one.AccountId);
        var balanceIds = balances.SelectMany(one => one).Select(one => one.Id).ToList();
        var transactions = balanceIds.Count == 0
            ? []
            : await related.ListAsync<BalanceTransaction>(new Condition.In("balance_id", balanceIds));
        var booked = transactions.ToLookup(one => one.BalanceId);
        var draws = (await related.ListAsync<BillDraw>(ofAccounts)).ToLookup(one => one.AccountId);
        return accountIds.Distinct().ToDictionary(
            id => id,
            id => new AccountLedger(
                commitments[id],
                balances[id],
                balances[id].SelectMany(balance => booked[balance.Id]),
                [.. draws[id].Select(draw => draw.Entry)]),
            StringComparer.Ordinal);
    }

    /// <summary>Prepares the draws of a bill before the bill itself is written.</summary>
    /// <param name="change">The change that writes the bill.</param>
    /// <param name="finished">The bill.</param>
    /// <param name="isDrawing">Whether draws of the bill are stored.</param>
    /// <exception cref="BillRefusedException">An amount would have too many digits.</exception>
    internal static async ValueTask<PreparedDraws> PrepareAsync(
        ResourceChange change, FinishedBill finished, bool isDrawing)
    {
        var bill = finished.Bill;
        var stored = isDrawing ? await StoredAsync(change, bill.Id) : [];
        var prepared = await PreparedDraws.OfAsync(
            change.Related, stored, bill.AccountId, bill.EndDateTimeUtc, bill.BillDate, finished.Entries);
        return prepared ?? throw new BillRefusedException(
            $"Account {bill.AccountCode}: an amount drawn, or what is left afterwards, would have more than 28 "
                + "digits.");
    }

    /// <summary>Returns what a bill has drawn, because it is deleted or becomes empty.</summary>
    /// <exception cref="RefusedException">A balance would have an amount of more than 28 digits.</exception>
    public static async ValueTask ReleaseAsync(ResourceChange change, Bill bill)
    {
        var prepared = await PreparedDraws.OfAsync(
            change.Related, await StoredAsync(change, bill.Id), bill.AccountId, bill.EndDateTimeUtc, bill.BillDate, []);
        await (prepared ?? throw new RefusedException(new Issue(
            "digits", "", "The balance would have an amount of more than 28 digits", IssueKind.Conflict)))
            .WriteAsync(change);
    }

    /// <summary>Refuses to delete a commitment that bills have drawn from.</summary>
    internal static async ValueTask CheckUndrawnAsync(Commitment commitment, IResourceReader related, Issues issues)
    {
        var draws = await related.ListAsync<BillDraw>(
            Condition.Equal(BillDrawResource.CreditId, commitment.Id), limit: 1);
        if (draws.Count > 0)
            issues.AddConflict(
                "in_use", "",
                $"The commitment cannot be deleted because the bill '{draws[0].BillId}' has drawn from it");
    }

    /// <summary>Whether bills have drawn from a commitment or balance.</summary>
    internal static async ValueTask<bool> IsDrawnAsync(string creditId, IResourceReader related) =>
        (await related.ListAsync<BillDraw>(Condition.Equal(BillDrawResource.CreditId, creditId), limit: 1)).Count > 0;

    private static ValueTask<IReadOnlyList<BillDraw>> StoredAsync(ResourceChange change, string billId) =>
        change.Related.ListAsync<BillDraw>(Condition.Equal(BillDrawResource.BillId, billId));

    /// <summary>The transaction of a draw from a balance.</summary>
    /// <param name="draw">The draw.</param>
    /// <param name="balance">The balance.</param>
    /// <param name="until">End of the period that the bill covers in arrears.</param>
    /// <param name="billDate">The bill date.</param>
    internal static BalanceTransaction TransactionOf(
        BillDraw draw, Balance balance, Instant until, LocalDate billDate)
    {
        // It takes effect at the end of the billed period, but within the time of what it draws from, so that the
        // summary of the balance counts it there.
        var time = draw.IsRollover
            ? new Window(balance.EndDate, balance.RolloverEndDate ?? balance.EndDate)
            : new Window(balance.StartDate, balance.EndDate);
        var last = time.End - Duration.FromMilliseconds(1);
        return new BalanceTransaction
        {
            Id = ContentId.OfDraw(draw.BillId, draw.CreditId, draw.IsRollover, "transaction"),
            BalanceId = balance.Id,
            Description = $"Bill of {InstantText.Write(billDate)}",
            Amount = -draw.Amount,
            EntityType = TransactionEntityType.Bill,
            EntityId = draw.BillId,
            AppliedDate = Instant.Max(time.Start, Instant.Min(until, last)),
            TransactionDate = until,
        };
    }
}
