using NodaTime;
using Tallystick.Foundation.Json;

namespace Tallystick.Billing.BalanceSchedules;

/// <summary>Makes a charge for a balance for each billing period of a time.</summary>
public sealed record BalanceChargeSchedule : BalanceSchedule
{
    /// <summary>Amount of each charge; either this, or units and unit price.</summary>
    [AtLeast(0)]
    public decimal? Amount { get; init; }

    /// <summary>Number of units of each charge, with a unit price.</summary>
    public decimal? Units { get; init; }

    /// <summary>Price of one unit, with a number of units.</summary>
    public decimal? UnitPrice { get; init; }

    /// <summary>Code of the currency of the charges.</summary>
    public required string Currency { get; init; }

    /// <summary>First instant (ISO 8601) that charges are for.</summary>
    public required Instant ServicePeriodStartDate { get; init; }

    /// <summary>First instant (ISO 8601) after the time that they are for.</summary>
    public required Instant ServicePeriodEndDate { get; init; }

    /// <summary>Date from which billing periods are counted; that of the organization when absent.</summary>
    public LocalDate? BillEpoch { get; init; }

    /// <summary>Unit of the billing periods.</summary>
    public required ScheduleFrequency BillFrequency { get; init; }

    /// <summary>Length of a billing period in units.</summary>
    [AtLeast(1), AtMost(365)]
    public required int BillFrequencyInterval { get; init; }

    /// <summary>True when a charge is billed at the start of its period, false at the end.</summary>
    public required bool BillInAdvance { get; init; }

    /// <summary>Description of each charge, the text of its line on the bill.</summary>
    [Characters(1, int.MaxValue), StatedInAnswers]
    public required string ChargeDescription { get; init; }
}
