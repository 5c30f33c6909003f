using NodaTime;
using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.Balances;

/// <summary>An amount held for an account that its charges draw on. Transactions increase or decrease it.</summary>
public sealed record Balance : ResourceWithCustomFields
{
    /// <summary>Short code, unique among balances.</summary>
    [Characters(1, 80), Form(TextForm.Code)]
    public required string Code { get; init; }

    /// <summary>Descriptive name.</summary>
    [Characters(1, int.MaxValue)]
    public required string Name { get; init; }

    /// <summary>Description.</summary>
    public string? Description { get; init; }

    /// <summary>UUID of the account.</summary>
    [Characters(1, int.MaxValue)]
    public required string AccountId { get; init; }

    /// <summary>Current amount: the sum of its transactions.</summary>
    [ServerSet]
    public decimal? Amount { get; init; }

    /// <summary>Code of its currency.</summary>
    [Characters(1, int.MaxValue)]
    public required string Currency { get; init; }

    /// <summary>Start of the period in which charges can draw on the balance (ISO 8601), inclusive.</summary>
    public required Instant StartDate { get; init; }

    /// <summary>End of that period (ISO 8601), exclusive. Only a rollover amount can be drawn on afterwards.</summary>
    public required Instant EndDate { get; init; }

    /// <summary>
    /// Maximum of the remaining amount that rolls over at the end. Default: the whole remaining amount.
    /// </summary>
    [AtLeast(0)]
    public decimal? RolloverAmount { get; init; }

    /// <summary>When the rollover amount expires (ISO 8601). If absent, nothing rolls over.</summary>
    public Instant? RolloverEndDate { get; init; }

    /// <summary>Bill line description for amounts drawn from the balance.</summary>
    [Characters(0, 200)]
    public string? BalanceDrawDownDescription { get; init; }

    /// <summary>Surcharge in percent for usage beyond the balance. A negative value is a discount.</summary>
    public decimal? OverageSurchargePercent { get; init; }

    /// <summary>Bill line description for usage beyond the balance.</summary>
    [Characters(0, 200)]
    public string? OverageDescription { get; init; }

    /// <summary>UUIDs of the products whose charges draw on the balance. All products if absent or empty.</summary>
    public IReadOnlyList<string>? ProductIds { get; init; }

    /// <summary>Types of line items that draw on the balance. All types if absent or empty.</summary>
    public IReadOnlyList<BalanceLineItemType>? LineItemTypes { get; init; }

    /// <summary>UUID of the account's contract that the balance belongs to.</summary>
    public string? ContractId { get; init; }

    /// <summary>UUID of the product to which drawn amounts are attributed for accounting.</summary>
    [Characters(36, 36)]
    public string? ConsumptionsAccountingProductId { get; init; }

    /// <summary>UUID of the product to which its fees are attributed for accounting.</summary>
    [Characters(36, 36)]
    public string? FeesAccountingProductId { get; init; }

    /// <summary>True if the balance may fall below zero. The organization must also allow negative balances.</summary>
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
