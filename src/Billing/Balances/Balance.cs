using NodaTime;
using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.Balances;

/// <summary>
/// An amount held for an account that its charges draw on. Transactions add to it and take from it.
/// </summary>
public sealed record Balance : ResourceWithCustomFields
{
    /// <summary>Short code, unique among balances.</summary>
    [Characters(1, 80), Form(TextForm.Code)]
    public required string Code { get; init; }

    /// <summary>Descriptive name.</summary>
    [Characters(1, int.MaxValue)]
    public required string Name { get; init; }

    /// <summary>What it is about.</summary>
    public string? Description { get; init; }

    /// <summary>UUID of the account.</summary>
    [Characters(1, int.MaxValue)]
    public required string AccountId { get; init; }

    /// <summary>What it holds: the sum of its transactions.</summary>
    [ServerSet]
    public decimal? Amount { get; init; }

    /// <summary>Code of the currency of its amount.</summary>
    [Characters(1, int.MaxValue)]
    public required string Currency { get; init; }

    /// <summary>First instant (ISO 8601) at which charges can draw on it.</summary>
    public required Instant StartDate { get; init; }

    /// <summary>First instant (ISO 8601) at which they no longer can, but for what rolls over.</summary>
    public required Instant EndDate { get; init; }

    /// <summary>Most of what is left at the end that rolls over; all of it when absent.</summary>
    [AtLeast(0)]
    public decimal? RolloverAmount { get; init; }

    /// <summary>First instant (ISO 8601) at which what rolled over is gone; nothing rolls over when absent.</summary>
    public Instant? RolloverEndDate { get; init; }

    /// <summary>Text on bills of what is drawn.</summary>
    [Characters(0, 200)]
    public string? BalanceDrawDownDescription { get; init; }

    /// <summary>Surcharge on usage beyond the balance, in percent; a discount where negative.</summary>
    public decimal? OverageSurchargePercent { get; init; }

    /// <summary>Text of usage beyond the balance on bills.</summary>
    [Characters(0, 200)]
    public string? OverageDescription { get; init; }

    /// <summary>UUIDs of the products whose charges draw on it; all when absent or empty.</summary>
    public IReadOnlyList<string>? ProductIds { get; init; }

    /// <summary>Types of the charges that draw on it; all of them when absent or empty.</summary>
    public IReadOnlyList<BalanceLineItemType>? LineItemTypes { get; init; }

    /// <summary>UUID of the contract of the account that it belongs to.</summary>
    public string? ContractId { get; init; }

    /// <summary>UUID of the product that what is drawn is attributed to for accounting.</summary>
    [Characters(36, 36)]
    public string? ConsumptionsAccountingProductId { get; init; }

    /// <summary>UUID of the product that its fees are attributed to for accounting.</summary>
    [Characters(36, 36)]
    public string? FeesAccountingProductId { get; init; }

    /// <summary>True when it may fall below zero, where the organization allows that.</summary>
    public bool? AllowOverdraft { get; init; }
}

/// <summary>Type of a charge that can draw on a balance.</summary>
public enum BalanceLineItemType
{
    /// <summary>Standing charges.</summary>
    StandingCharge,

    /// <summary>Usage.</summary>
    Usage,

    /// <summary>Minimum spends.</summary>
    MinimumSpend,

    /// <summary>Running totals of counters.</summary>
    CounterRunningTotalCharge,

    /// <summary>Increases of counters.</summary>
    CounterAdjustmentDebit,

    /// <summary>Single charges.</summary>
    AdHoc,
}
