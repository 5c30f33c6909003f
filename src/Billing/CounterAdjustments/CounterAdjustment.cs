using NodaTime;
using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.CounterAdjustments;

/// <summary>Sets the value of a counter for an account from a given day until the next adjustment.</summary>
public sealed record CounterAdjustment : Resource
{
    /// <summary>UUID of the counter.</summary>
    [Characters(1, int.MaxValue)]
    public required string CounterId { get; init; }

    /// <summary>UUID of the account.</summary>
    [Characters(1, int.MaxValue)]
    public required string AccountId { get; init; }

    /// <summary>First day on which the value applies. An account can have one adjustment per counter and day.</summary>
    [PlainTextInContract(OnRequestOnly = true)]
    public required LocalDate Date { get; init; }

    /// <summary>The new value from that day on, not the difference.</summary>
    [AtLeast(0)]
    public required int Value { get; init; }

    /// <summary>Purchase order number.</summary>
    [Characters(0, 100)]
    public string? PurchaseOrderNumber { get; init; }
}
