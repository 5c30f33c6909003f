using Tallystick.Billing.Calculation.Ledger;
using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.Ledger;

/// <summary>
/// What a bill has drawn from a commitment or balance. Its id is derived from both, so that it cannot exist twice.
/// </summary>
public sealed record BillDraw : Resource
{
    /// <summary>UUID of the account.</summary>
    public required string AccountId { get; init; }

    /// <summary>UUID of the bill.</summary>
    public required string BillId { get; init; }

    /// <summary>Whether it was drawn from a commitment or a balance.</summary>
    public required CreditKind Kind { get; init; }

    /// <summary>UUID of the commitment or balance.</summary>
    public required string CreditId { get; init; }

    /// <summary>Whether it was drawn from the rollover of a balance.</summary>
    public bool IsRollover { get; init; }

    /// <summary>The amount, in the currency of the commitment or balance.</summary>
    public required decimal Amount { get; init; }

    internal LedgerEntry Entry => new(BillId, Kind, CreditId, IsRollover, Amount);
}

/// <summary>The stored draws of bills.</summary>
public static class BillDrawResource
{
    internal const string AccountId = "account_id";
    internal const string BillId = "bill_id";
    internal const string CreditId = "credit_id";

    /// <summary>The definition.</summary>
    public static ResourceDefinition<BillDraw> Definition { get; } =
        new("BillDraw", "", () => BillingJson.Format.BillDraw)
        {
            IsInternal = true,
            IndexedBy =
            [
                new(AccountId, draw => draw.AccountId),
                new(BillId, draw => draw.BillId),
                new(CreditId, draw => draw.CreditId),
            ],
        };
}
