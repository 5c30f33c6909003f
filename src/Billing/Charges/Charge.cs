using NodaTime;
using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.Charges;

/// <summary>A single amount to bill to an account. A negative amount is a credit.</summary>
public sealed record Charge : Resource
{
    /// <summary>Descriptive name. Shown on the bill line item if there is no description.</summary>
    [Characters(1, 200)]
    public required string Name { get; init; }

    /// <summary>Short code, unique among charges.</summary>
    [Characters(1, 80), Form(TextForm.Code)]
    public required string Code { get; init; }

    /// <summary>UUID of the account.</summary>
    [Characters(36, 36)]
    public required string AccountId { get; init; }

    /// <summary>Bill date of the bill on which the charge appears.</summary>
    [PlainTextInContract(OnRequestOnly = true)]
    public LocalDate? BillDate { get; init; }

    /// <summary>The amount. Required unless units and unit price are given.</summary>
    public decimal? Amount { get; init; }

    /// <summary>Number of units. Requires a unit price.</summary>
    public decimal? Units { get; init; }

    /// <summary>Price per unit. Requires a number of units.</summary>
    public decimal? UnitPrice { get; init; }

    /// <summary>Code of the currency of the amount.</summary>
    [Characters(1, int.MaxValue)]
    public required string Currency { get; init; }

    /// <summary>Description of the bill line item.</summary>
    public string? Description { get; init; }

    /// <summary>What the charge is for: nothing else (<c>AD_HOC</c>) or a balance.</summary>
    public required ChargeEntityType EntityType { get; init; }

    /// <summary>Type of the bill line item. Determined by what the charge is for.</summary>
    public required ChargeLineItemType LineItemType { get; init; }

    /// <summary>UUID of the balance that the charge is for.</summary>
    public string? EntityId { get; init; }

    /// <summary>UUID of the bill on which the charge appears.</summary>
    [ServerSet]
    public string? BillId { get; init; }

    /// <summary>UUID of the product to which the bill line item is attributed for accounting.</summary>
    [Characters(36, 36)]
    public string? AccountingProductId { get; init; }

    /// <summary>Start of the period that the charge covers (ISO 8601), inclusive.</summary>
    public required Instant ServicePeriodStartDate { get; init; }

    /// <summary>End of the period that the charge covers (ISO 8601), exclusive.</summary>
    public required Instant ServicePeriodEndDate { get; init; }

    /// <summary>Your own notes. Not shown on the bill.</summary>
    public string? Notes { get; init; }

    /// <summary>UUID of the account's contract that the charge belongs to.</summary>
    public string? ContractId { get; init; }

    /// <summary>UUID of the balance charge schedule that created the charge.</summary>
    [ServerSet]
    public string? ScheduleId { get; init; }
}

/// <summary>What a charge is for.</summary>
public enum ChargeEntityType
{
    /// <summary>Nothing but itself.</summary>
    AdHoc,

    /// <summary>A balance.</summary>
    Balance,
}

/// <summary>Type of the bill line of a charge.</summary>
public enum ChargeLineItemType
{
    /// <summary>A fee for a balance.</summary>
    BalanceFee,

    /// <summary>Any other charge.</summary>
    AdHoc,
}
