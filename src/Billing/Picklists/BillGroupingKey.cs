using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.Picklists;

/// <summary>Bills the charges of contracts that use the key on a separate bill.</summary>
public sealed record BillGroupingKey : PicklistEntry
{
    /// <summary>True if only one contract can use the key; false if several contracts can share a bill.</summary>
    public required bool Exclusive { get; init; }
}
