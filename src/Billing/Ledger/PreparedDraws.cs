using NodaTime;
using Tallystick.Billing.Balances;
using Tallystick.Billing.BalanceTransactions;
using Tallystick.Billing.Calculation.Ledger;
using Tallystick.Billing.Calculation.Present;
using Tallystick.Billing.Commitments;
using Tallystick.Foundation.Values;
using Tallystick.Resources.Changes;

namespace Tallystick.Billing.Ledger;

/// <summary>
/// The differences between what a bill draws and what it drew before, checked and ready to be written.
/// </summary>
internal sealed class PreparedDraws
{
    private readonly List<(BillDraw? Before, BillDraw? After)> _draws = [];
    private readonly Dictionary<string, Commitment> _commitments = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Balance> _balances = new(StringComparer.Ordinal);
    private readonly StoredCredits _stored;
    private readonly Instant _until;
    private readonly LocalDate _billDate;

    private PreparedDraws(StoredCredits stored, Instant until, LocalDate billDate) =>
        (_stored, _until, _billDate) = (stored, until, billDate);

    /// <summary>Whether the bill draws exactly what it drew before.</summary>
    internal bool IsEmpty => _draws.Count == 0;

    /// <summary>Prepares the draws of a bill; null if an amount would have too many digits.</summary>
    internal static PreparedDraws? Of(
        StoredCredits stored, string billId, string accountId, Instant until, LocalDate billDate,
        IReadOnlyList<LedgerEntry> entries)
    {
        var prepared = new PreparedDraws(stored, until, billDate);
        var before = stored.DrawsOf(billId).ToDictionary(draw => draw.Id, StringComparer.Ordinal);
        var after = entries.Select(entry => DrawOf(entry, accountId))
            .ToDictionary(draw => draw.Id, StringComparer.Ordinal);
        foreach (var id in before.Keys.Union(after.Keys).Order(StringComparer.Ordinal))
        {
            var (former, next) = (before.GetValueOrDefault(id), after.GetValueOrDefault(id));
            if (former?.Amount == next?.Amount)
                continue;
            prepared._draws.Add((former, next));
            if (!prepared.Add(former, next))
                return null;
        }
        return prepared;
    }

    /// <summary>Writes the draws, the transactions and the amounts.</summary>
    internal async ValueTask WriteAsync(ResourceChange change)
    {
        foreach (var commitment in _commitments.Values)
            await _stored.KeepAsync(change, commitment);
        foreach (var balance in _balances.Values)
            await _stored.KeepAsync(change, balance);
        foreach (var (before, after) in _draws)
        {
            if ((before ?? after)!.Kind == CreditKind.Balance)
                await WriteTransactionAsync(change, before, after);
            if (after is null)
                await change.RemoveAsync(BillDrawResource.Definition, before!);
            else
                await change.PutAsync(BillDrawResource.Definition, before, after);
        }
    }

    private async ValueTask WriteTransactionAsync(ResourceChange change, BillDraw? before, BillDraw? after)
    {
        var draw = (after ?? before)!;
        var proposed = BillLedger.TransactionOf(draw, _balances[draw.CreditId], _until, _billDate);
        var current = before is null
            ? null : await change.Related.FindAsync<BalanceTransaction>(proposed.Id);
        if (after is not null)
            await change.PutAsync(BalanceTransactionResource.Definition, current, proposed);
        else if (current is not null)
            await change.RemoveAsync(BalanceTransactionResource.Definition, current);
    }

    private bool Add(BillDraw? before, BillDraw? after)
    {
        var draw = (after ?? before)!;
        if (!ExactNumber.TryAdd(after?.Amount ?? 0, -(before?.Amount ?? 0), out var more))
            return false;
        if (draw.Kind == CreditKind.Commitment)
        {
            var commitment = _commitments.GetValueOrDefault(draw.CreditId)
                ?? _stored.CommitmentOf(draw.CreditId);
            if (!ExactNumber.TryAdd(commitment.AmountSpent ?? 0, more, out var spent))
                return false;
            _commitments[draw.CreditId] = commitment with { AmountSpent = spent };
            return true;
        }
        var balance = _balances.GetValueOrDefault(draw.CreditId) ?? _stored.BalanceOf(draw.CreditId);
        if (!ExactNumber.TryAdd(balance.Amount ?? 0, -more, out var left))
            return false;
        _balances[draw.CreditId] = balance with { Amount = left };
        return true;
    }

    private static BillDraw DrawOf(LedgerEntry entry, string accountId) => new()
    {
        Id = ContentId.OfDraw(entry.BillId, entry.CreditId, entry.IsRollover, ""),
        AccountId = accountId,
        BillId = entry.BillId,
        Kind = entry.Kind,
        CreditId = entry.CreditId,
        IsRollover = entry.IsRollover,
        Amount = entry.Amount,
    };
}
