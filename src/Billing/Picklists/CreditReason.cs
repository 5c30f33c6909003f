using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.Picklists;

/// <summary>A reason for crediting a bill.</summary>
public sealed record CreditReason : PicklistEntry;
