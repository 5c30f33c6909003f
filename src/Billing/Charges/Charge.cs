using NodaTime;
using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.Charges;

/// <summary>A single amount to bill to an account, or to credit where it is negative.</summary>
public sealed record Charge : Resource
{
    /// <summary>Descriptive name, the text of its line on the bill unless there is a description.</summary>
    [Characters(1, 200)]
    public required string Name { get; init; }

    /// <summary>Short code, unique among charges.</summary>
    [Characters(1, 80), Form(TextForm.Code)]
    public required string Code { get; init; }

    /// <summary>UUID of the account.</summary>
    [Characters(36, 36)]
    public required string AccountId { get; init; }

    /// <summary>Date of the bill that it goes on.</summary>
    [PlainTextInContract(OnRequestOnly = true)]
    public LocalDate? BillDate { get; init; }

    /// <summary>The amount; either this, or units and unit price.</summary>
    public decimal? Amount { get; init; }

    /// <summary>Number of units, with a unit price.</summary>
    public decimal? Units { get; init; }

    /// <summary>Price of one unit, with a number of units.</summary>
    public decimal? UnitPrice { get; init; }

    /// <summary>Code of the currency of the amount.</summary>
    [Characters(1, int.MaxValue)]
    public required string Currency { get; init; }

    /// <summary>Text of its line on the bill.</summary>
    public string? Description { get; init; }

    /// <summary>What it is for: nothing but itself (<c>AD_HOC</c>) or a balance.</summary>
    public required ChargeEntityType EntityType { get; init; }

    /// <summary>Type of its line on the bill, which goes with what it is for.</summary>
    public required ChargeLineItemType LineItemType { get; init; }

    /// <summary>UUID of the balance that it is for.</summary>
    public string? EntityId { get; init; }

    /// <summary>UUID of the bill that it is on.</summary>
    [ServerSet]
    public string? BillId { get; init; }

    /// <summary>UUID of the product that its bill line is attributed to for accounting.</summary>
    [Characters(36, 36)]
    public string? AccountingProductId { get; init; }

    /// <summary>First instant (ISO 8601) that it is for.</summary>
    public required Instant ServicePeriodStartDate { get; init; }

    /// <summary>First instant (ISO 8601) after the time that it is for.</summary>
    public required Instant ServicePeriodEndDate { get; init; }

    /// <summary>Notes of your own; never on the bill.</summary>
    public string? Notes { get; init; }

    /// <summary>UUID of the contract of the account that it belongs to.</summary>
    public string? ContractId { get; init; }

    /// <summary>UUID of the balance charge schedule that made it.</summary>
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
