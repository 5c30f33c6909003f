using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.Picklists;

/// <summary>Why a bill is credited; credits of bills name it.</summary>
public sealed record CreditReason : PicklistEntry;
