using NodaTime;
using Tallystick.Billing.Balances;
using Tallystick.Billing.BalanceTransactions;
using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation;
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
    /// <summary>Prepares the draws of a bill before the bill itself is written.</summary>
    /// <param name="stored">The commitments and balances of its account.</param>
    /// <param name="finished">The bill.</param>
    /// <exception cref="BillRefusedException">An amount would have too many digits.</exception>
    internal static PreparedDraws Prepare(StoredCredits stored, FinishedBill finished)
    {
        var bill = finished.Bill;
        return PreparedDraws.Of(
            stored, bill.Id, bill.AccountId, bill.EndDateTimeUtc, bill.BillDate, finished.Entries)
            ?? throw new BillRefusedException(
                $"Account {bill.AccountCode}: an amount drawn, or what is left afterwards, would have more than 28 "
                + "digits.");
    }

    /// <summary>Returns what a bill has drawn, because it is deleted or becomes empty.</summary>
    /// <exception cref="RefusedException">A balance would have an amount of more than 28 digits.</exception>
    public static async ValueTask ReleaseAsync(ResourceChange change, Bill bill)
    {
        var drawn = await change.Related.ListAsync<BillDraw>(
            Condition.Equal(BillDrawResource.BillId, bill.Id), limit: 1);
        if (drawn.Count == 0)
            return;
        var stored = await StoredCredits.LoadAsync(change.Related, [[bill.AccountId]]);
        var prepared = PreparedDraws.Of(
            stored, bill.Id, bill.AccountId, bill.EndDateTimeUtc, bill.BillDate, []);
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
