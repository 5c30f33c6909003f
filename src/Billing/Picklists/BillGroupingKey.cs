using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.Picklists;

/// <summary>Puts the charges of the contracts that name it on a bill apart from the account's other charges.</summary>
public sealed record BillGroupingKey : PicklistEntry
{
    /// <summary>True when one contract only may name it; false when several may share one bill.</summary>
    public required bool Exclusive { get; init; }
}
