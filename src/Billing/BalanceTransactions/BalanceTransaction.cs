using NodaTime;
using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.BalanceTransactions;

/// <summary>Adds to a balance, or takes from it. It never changes; an opposite one corrects it.</summary>
public sealed record BalanceTransaction : Resource
{
    /// <summary>UUID of the balance.</summary>
    [ServerSet]
    public string? BalanceId { get; init; }

    /// <summary>What it is about.</summary>
    public string? Description { get; init; }

    /// <summary>What it adds, in the currency of the balance; takes where negative.</summary>
    public required decimal Amount { get; init; }

    /// <summary>What was paid for it, where that was in another currency; for information.</summary>
    public decimal? Paid { get; init; }

    /// <summary>Code of the currency in which it was paid.</summary>
    public string? CurrencyPaid { get; init; }

    /// <summary>What made it.</summary>
    [ServerSet]
    public TransactionEntityType? EntityType { get; init; }

    /// <summary>UUID of what made it.</summary>
    [ServerSet]
    public string? EntityId { get; init; }

    /// <summary>UUID of the transaction type.</summary>
    [Characters(0, 36), Form(TextForm.Id)]
    public string? TransactionTypeId { get; init; }

    /// <summary>Instant (ISO 8601) from which it counts; the time of the request when absent.</summary>
    public Instant? AppliedDate { get; init; }

    /// <summary>Instant (ISO 8601) at which it happened; for information.</summary>
    public Instant? TransactionDate { get; init; }
}

/// <summary>What made a transaction.</summary>
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
