using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.Picklists;

/// <summary>A reason for debiting a bill.</summary>
public sealed record DebitReason : PicklistEntry;
