using NodaTime;
using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.BalanceTransactions;

/// <summary>
/// An amount added to or subtracted from a balance. Transactions are immutable; correct one with an opposite
/// transaction.
/// </summary>
public sealed record BalanceTransaction : Resource
{
    /// <summary>UUID of the balance.</summary>
    [ServerSet]
    public string? BalanceId { get; init; }

    /// <summary>Description.</summary>
    public string? Description { get; init; }

    /// <summary>Amount to add, in the currency of the balance. A negative amount is subtracted.</summary>
    public required decimal Amount { get; init; }

    /// <summary>Amount paid, if in another currency. For information only.</summary>
    public decimal? Paid { get; init; }

    /// <summary>Code of the currency of the payment.</summary>
    public string? CurrencyPaid { get; init; }

    /// <summary>Kind of entity that created the transaction.</summary>
    [ServerSet]
    public TransactionEntityType? EntityType { get; init; }

    /// <summary>UUID of the entity that created the transaction.</summary>
    [ServerSet]
    public string? EntityId { get; init; }

    /// <summary>UUID of the transaction type.</summary>
    [Characters(0, 36), Form(TextForm.Id)]
    public string? TransactionTypeId { get; init; }

    /// <summary>When the transaction takes effect (ISO 8601). Default: the time of the request.</summary>
    public Instant? AppliedDate { get; init; }

    /// <summary>When the transaction happened (ISO 8601). For information only.</summary>
    public Instant? TransactionDate { get; init; }
}

/// <summary>The origin of a transaction.</summary>
public enum TransactionEntityType
{
    /// <summary>A bill that drew on the balance.</summary>
    Bill,

    /// <summary>A commitment.</summary>
    Commitment,

    /// <summary>A user.</summary>
    User,

    /// <summary>A service user.</summary>
    ServiceUser,

    /// <summary>A balance transaction schedule.</summary>
    Scheduler,
}
