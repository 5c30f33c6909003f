using NodaTime;
using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.CounterAdjustments;

/// <summary>How many of a counter an account has from a day on, until the next adjustment.</summary>
public sealed record CounterAdjustment : Resource
{
    /// <summary>UUID of the counter.</summary>
    [Characters(1, int.MaxValue)]
    public required string CounterId { get; init; }

    /// <summary>UUID of the account.</summary>
    [Characters(1, int.MaxValue)]
    public required string AccountId { get; init; }

    /// <summary>First day with the value; an account has one adjustment of a counter on a day at most.</summary>
    [PlainTextInContract(OnRequestOnly = true)]
    public required LocalDate Date { get; init; }

    /// <summary>The number from that day on: the new value itself, not the difference.</summary>
    [AtLeast(0)]
    public required int Value { get; init; }

    /// <summary>Purchase order number.</summary>
    [Characters(0, 100)]
    public string? PurchaseOrderNumber { get; init; }
}
