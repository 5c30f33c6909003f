using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.Picklists;

/// <summary>The kind of a transaction on a balance, such as a purchase or a gift.</summary>
public sealed record TransactionType : PicklistEntry;
