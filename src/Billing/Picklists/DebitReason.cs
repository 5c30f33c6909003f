using Tallystick.Resources.Definitions;

namespace Tallystick.Billing.Picklists;

/// <summary>Why a bill is debited; debits of bills name it.</summary>
public sealed record DebitReason : PicklistEntry;
