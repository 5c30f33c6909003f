using NodaTime;
using Tallystick.Foundation.Json;

namespace Tallystick.Billing.BalanceSchedules;

/// <summary>Creates a transaction on a balance at its start and at every interval until its end.</summary>
public sealed record BalanceTransactionSchedule : BalanceSchedule
{
    /// <summary>Amount of each transaction.</summary>
    [AtLeast(0)]
    public required decimal Amount { get; init; }

    /// <summary>Description of each transaction.</summary>
    [Characters(1, int.MaxValue)]
    public required string TransactionDescription { get; init; }

    /// <summary>Amount paid for each transaction, if in another currency. For information only.</summary>
    public decimal? Paid { get; init; }

    /// <summary>Code of the currency of the payment.</summary>
    public string? CurrencyPaid { get; init; }

    /// <summary>UUID of the transaction type of each transaction.</summary>
    [Characters(1, 36), Form(TextForm.Id)]
    public required string TransactionTypeId { get; init; }

    /// <summary>Time of the first transaction (ISO 8601).</summary>
    public required Instant StartDate { get; init; }

    /// <summary>End of the schedule (ISO 8601), exclusive.</summary>
    public required Instant EndDate { get; init; }

    /// <summary>Unit of the interval.</summary>
    public required ScheduleFrequency Frequency { get; init; }

    /// <summary>Number of units per interval.</summary>
    [AtLeast(1), AtMost(365)]
    public required int FrequencyInterval { get; init; }
}

/// <summary>Unit of the intervals of a schedule.</summary>
public enum ScheduleFrequency
{
    /// <summary>Days.</summary>
    Daily,

    /// <summary>Weeks.</summary>
    Weekly,

    /// <summary>Months.</summary>
    Monthly,

    /// <summary>Years.</summary>
    Annually,
}
