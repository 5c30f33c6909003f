namespace Tallystick.Billing.Calculation.Ledger;

/// <summary>What a bill draws from one commitment or balance.</summary>
/// <param name="BillId">UUID of the bill.</param>
/// <param name="Kind">Whether it draws from a commitment or a balance.</param>
/// <param name="CreditId">UUID of the commitment or balance.</param>
/// <param name="IsRollover">Whether it draws from the rollover of a balance, after the end of the balance.</param>
/// <param name="Amount">The amount, in the currency of the commitment or balance; 0 or more.</param>
public sealed record LedgerEntry(string BillId, CreditKind Kind, string CreditId, bool IsRollover, decimal Amount);

/// <summary>What charges can draw from.</summary>
public enum CreditKind
{
    /// <summary>A commitment.</summary>
    Commitment,

    /// <summary>A balance.</summary>
    Balance,
}
