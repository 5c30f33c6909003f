using NodaTime;
using Tallystick.Foundation.Json;

namespace Tallystick.Billing.BalanceSchedules;

/// <summary>Creates a charge for a balance in each billing period.</summary>
public sealed record BalanceChargeSchedule : BalanceSchedule
{
    /// <summary>Amount of each charge. Required unless units and unit price are given.</summary>
    [AtLeast(0)]
    public decimal? Amount { get; init; }

    /// <summary>Number of units of each charge. Requires a unit price.</summary>
    public decimal? Units { get; init; }

    /// <summary>Price per unit. Requires a number of units.</summary>
    public decimal? UnitPrice { get; init; }

    /// <summary>Code of the currency of the charges.</summary>
    public required string Currency { get; init; }

    /// <summary>Start of the period that the charges cover (ISO 8601), inclusive.</summary>
    public required Instant ServicePeriodStartDate { get; init; }

    /// <summary>End of the period that the charges cover (ISO 8601), exclusive.</summary>
    public required Instant ServicePeriodEndDate { get; init; }

    /// <summary>Date from which billing periods are counted. Default: the organization's.</summary>
    public LocalDate? BillEpoch { get; init; }

    /// <summary>Unit of the billing periods.</summary>
    public required ScheduleFrequency BillFrequency { get; init; }

    /// <summary>Number of units per billing period.</summary>
    [AtLeast(1), AtMost(365)]
    public required int BillFrequencyInterval { get; init; }

    /// <summary>Whether a charge is billed at the start (true) or the end (false) of its period.</summary>
    public required bool BillInAdvance { get; init; }

    /// <summary>Description of each charge, shown on its bill line item.</summary>
    [Characters(1, int.MaxValue), StatedInAnswers]
    public required string ChargeDescription { get; init; }
}
