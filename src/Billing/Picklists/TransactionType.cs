using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.Picklists;

/// <summary>A type of balance transaction, such as a purchase or a gift.</summary>
public sealed record TransactionType : PicklistEntry;
