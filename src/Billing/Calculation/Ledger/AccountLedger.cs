using NodaTime;
using Tallystick.Billing.Balances;
using Tallystick.Billing.BalanceTransactions;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Billing.Commitments;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calculation.Ledger;

/// <summary>
/// The commitments and balances of an account and everything that bills have drawn from them. Immutable. To calculate a
/// bill again, take back its draws first (<see cref="Without"/>). All other draws count, whatever their date: draws of
/// earlier bills because those bills come first, and draws of later bills unless they are taken back as well to be
/// calculated again. So the draws never exceed the amount.
/// </summary>
public sealed class AccountLedger
{
    private readonly Dictionary<string, Commitment> _commitments;
    private readonly Dictionary<string, Balance> _balances;
    private readonly ILookup<string, BalanceTransaction> _transactions;

    /// <summary>Creates the ledger.</summary>
    /// <param name="commitments">The commitments.</param>
    /// <param name="balances">The balances.</param>
    /// <param name="transactions">The transactions of the balances, except those of bills.</param>
    /// <param name="entries">The draws of bills.</param>
    public AccountLedger(
        IEnumerable<Commitment> commitments,
        IEnumerable<Balance> balances,
        IEnumerable<BalanceTransaction> transactions,
        IReadOnlyList<LedgerEntry> entries)
        : this(
            commitments.ToDictionary(one => one.Id, StringComparer.Ordinal),
            balances.ToDictionary(one => one.Id, StringComparer.Ordinal),
            transactions.Where(one => one.EntityType != TransactionEntityType.Bill)
                .ToLookup(one => one.BalanceId ?? ""),
            entries)
    {
    }

    private AccountLedger(
        Dictionary<string, Commitment> commitments,
        Dictionary<string, Balance> balances,
        ILookup<string, BalanceTransaction> transactions,
        IReadOnlyList<LedgerEntry> entries) =>
        (_commitments, _balances, _transactions, Entries) = (commitments, balances, transactions, entries);

    /// <summary>The draws of bills.</summary>
    public IReadOnlyList<LedgerEntry> Entries { get; }

    /// <summary>The ledger of an account on which nothing has been booked or drawn.</summary>
    public static AccountLedger Of(AccountTerms terms) => new(
        terms.CommitmentOwners.SelectMany(owner => owner.Commitments), terms.Balances, [], []);

    /// <summary>The ledger without the draws of these bills.</summary>
    public AccountLedger Without(IEnumerable<string> billIds)
    {
        var taken = billIds.ToHashSet(StringComparer.Ordinal);
        return With([.. Entries.Where(entry => !taken.Contains(entry.BillId))]);
    }

    /// <summary>The ledger after the draws of another bill.</summary>
    public AccountLedger And(IEnumerable<LedgerEntry> drawn) => With([.. Entries, .. drawn]);

    /// <summary>What is left of a commitment; null if it does not exist in this currency.</summary>
    internal CreditLeft? OfCommitment(string id, string currency) =>
        _commitments.TryGetValue(id, out var commitment) && commitment.Currency == currency
            ? new CreditLeft(AtLeastZero((Fraction)commitment.Amount - Drawn(id)), IsCredited: true, null)
            : null;

    /// <summary>
    /// What is left of a balance for a bill; null if it does not exist in this currency. Only amounts added before the
    /// end of the period billed in arrears count. An amount that is subtracted later counts as well, so that the
    /// balance never falls below 0.
    /// </summary>
    /// <param name="id">UUID of the balance.</param>
    /// <param name="currency">Its currency.</param>
    /// <param name="until">End of the period that the bill covers in arrears.</param>
    /// <param name="allowsOverdraft">Whether the organization lets balances fall below 0.</param>
    internal CreditLeft? OfBalance(string id, string currency, Instant until, bool allowsOverdraft)
    {
        if (!_balances.TryGetValue(id, out var balance) || balance.Currency != currency)
            return null;
        var booked = _transactions[id]
            .Where(one => one.Amount < 0 || one.AppliedDate < balance.EndDate)
            .OrderBy(one => one.AppliedDate)
            .ToList();
        var sum = booked.Where(one => one.AppliedDate < until)
            .Aggregate(Fraction.Zero, (total, one) => total + one.Amount);
        var least = sum;
        foreach (var later in booked.Where(one => !(one.AppliedDate < until)))
        {
            sum += later.Amount;
            least = sum < least ? sum : least;
        }
        var spentAfterEnd = booked.Where(one => !(one.AppliedDate < balance.EndDate))
            .Aggregate(Drawn(id, ofRollover: true), (total, one) => total - one.Amount);
        var rollover = balance.RolloverAmount is { } most ? AtLeastZero((Fraction)most - spentAfterEnd) : null;
        return new CreditLeft(
            allowsOverdraft && balance.AllowOverdraft is true ? null : AtLeastZero(least - Drawn(id)),
            booked.Any(one => one.Amount > 0 && one.AppliedDate < until),
            rollover)
        {
            LeftToRollOver = AtLeastZero(least - Drawn(id))!.Value,
        };
    }

    private AccountLedger With(IReadOnlyList<LedgerEntry> entries) =>
        new(_commitments, _balances, _transactions, entries);

    private Fraction Drawn(string id, bool ofRollover = false) => Entries
        .Where(entry => entry.CreditId == id && (entry.IsRollover || !ofRollover))
        .Aggregate(Fraction.Zero, (sum, entry) => sum + entry.Amount);

    private static Fraction? AtLeastZero(Fraction amount) => amount.Sign < 0 ? Fraction.Zero : amount;
}

/// <summary>What is left of a commitment or balance.</summary>
/// <param name="Left">The amount; null if there is no limit.</param>
/// <param name="IsCredited">Whether anything was ever added to it.</param>
/// <param name="RolloverLeft">What the limit of its rollover leaves; null if there is no such limit.</param>
internal sealed record CreditLeft(Fraction? Left, bool IsCredited, Fraction? RolloverLeft)
{
    /// <summary>The amount that can roll over: what is left without an overdraft.</summary>
    public Fraction LeftToRollOver { get; init; }
}
