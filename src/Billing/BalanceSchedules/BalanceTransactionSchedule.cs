using NodaTime;
using Tallystick.Foundation.Json;

namespace Tallystick.Billing.BalanceSchedules;

/// <summary>Makes a transaction on a balance at its start and at every step from there on until its end.</summary>
public sealed record BalanceTransactionSchedule : BalanceSchedule
{
    /// <summary>What each transaction adds.</summary>
    [AtLeast(0)]
    public required decimal Amount { get; init; }

    /// <summary>Description of each transaction.</summary>
    [Characters(1, int.MaxValue)]
    public required string TransactionDescription { get; init; }

    /// <summary>What is paid for each, where that is in another currency; for information.</summary>
    public decimal? Paid { get; init; }

    /// <summary>Code of the currency in which it is paid.</summary>
    public string? CurrencyPaid { get; init; }

    /// <summary>UUID of the transaction type of each transaction.</summary>
    [Characters(1, 36), Form(TextForm.Id)]
    public required string TransactionTypeId { get; init; }

    /// <summary>Instant (ISO 8601) of the first transaction.</summary>
    public required Instant StartDate { get; init; }

    /// <summary>First instant (ISO 8601) after which, itself included, no transaction is made.</summary>
    public required Instant EndDate { get; init; }

    /// <summary>Unit of the steps.</summary>
    public required ScheduleFrequency Frequency { get; init; }

    /// <summary>Length of a step in units.</summary>
    [AtLeast(1), AtMost(365)]
    public required int FrequencyInterval { get; init; }
}

/// <summary>Unit of the steps of a schedule.</summary>
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
