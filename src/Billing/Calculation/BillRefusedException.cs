namespace Tallystick.Billing.Calculation;

/// <summary>
/// A bill is refused because it would be incorrect: its terms are faulty, or a conversion rate, a currency or a valid
/// band is missing. Only the bill of this account fails. The message names the account, the cause,
/// and what to change.
/// </summary>
public sealed class BillRefusedException(string message, Exception? cause = null) : Exception(message, cause);
