using System.Text.Json;
using NodaTime;
using Tallystick.Billing.Balances;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.BalanceTransactions;

/// <summary>Totals of the transactions of a balance. Debits are shown as positive amounts.</summary>
public sealed record BalanceTransactionsSummary
{
    /// <summary>The shape of its JSON.</summary>
    public static ObjectShape Shape { get; } = JsonShapes.Of(typeof(BalanceTransactionsSummary));

    /// <summary>Total amount added.</summary>
    public decimal? TotalCreditAmount { get; init; }

    /// <summary>Total amount subtracted.</summary>
    public decimal? TotalDebitAmount { get; init; }

    /// <summary>Initial credit.</summary>
    public decimal? InitialCreditAmount { get; init; }

    /// <summary>Amount that remained when the balance ended and did not roll over. 0 until then.</summary>
    public decimal? ExpiredBalanceAmount { get; init; }

    /// <summary>Amount consumed of the rollover. Absent for a balance without rollover.</summary>
    public decimal? RolloverConsumed { get; init; }

    /// <summary>Amount consumed before the balance ended.</summary>
    public decimal? BalanceConsumed { get; init; }

    /// <summary>Summarizes the transactions that have taken effect.</summary>
    /// <exception cref="RefusedException">A sum has more than 28 digits.</exception>
    public static BalanceTransactionsSummary Of(
        Balance balance, IReadOnlyList<BalanceTransaction> transactions, Instant now)
    {
        var credits = transactions.Where(made => made.Amount > 0).ToList();
        var debits = transactions.Where(made => made.Amount < 0).ToList();
        var consumed = Sum(debits.Where(made => made.AppliedDate < balance.EndDate));
        var hasEnded = balance.EndDate <= now;
        var left = Math.Max(0, Add(Sum(credits.Where(made => made.AppliedDate < balance.EndDate)), -consumed));
        var rolls = balance.RolloverEndDate is null ? 0 : Math.Min(left, balance.RolloverAmount ?? left);
        var late = Sum(debits.Where(
            made => made.AppliedDate >= balance.EndDate && made.AppliedDate < balance.RolloverEndDate));
        return new BalanceTransactionsSummary
        {
            TotalCreditAmount = Sum(credits),
            TotalDebitAmount = Sum(debits),
            InitialCreditAmount = credits.OrderBy(made => made.AppliedDate).ThenBy(made => made.DtCreated)
                .FirstOrDefault()?.Amount ?? 0,
            ExpiredBalanceAmount = hasEnded ? Add(left, -rolls) : 0,
            RolloverConsumed = balance.RolloverEndDate is null ? null : Math.Min(late, rolls),
            BalanceConsumed = consumed,
        };
    }

    /// <summary>Its JSON.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, BillingJson.Format.BalanceTransactionsSummary);

    private static decimal Sum(IEnumerable<BalanceTransaction> transactions) => transactions.Aggregate(
        0m, (sum, made) => Add(sum, Math.Abs(made.Amount)));

    private static decimal Add(decimal sum, decimal amount) => ExactNumber.TryAdd(sum, amount, out var next)
        ? next
        : throw new RefusedException(new Issue(
            "digits", "", "The sum of the transactions has more than 28 digits", IssueKind.Conflict));
}
