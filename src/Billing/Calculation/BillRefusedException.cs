namespace Tallystick.Billing.Calculation;

/// <summary>
/// A bill is not made because it would be wrong: the terms ask for something that is not billed yet, or a rate, a
/// currency or a valid band is missing. Only the bill of this account fails. The message names the account, where it
/// lies, and what to change.
/// </summary>
public sealed class BillRefusedException(string message, Exception? cause = null) : Exception(message, cause);
