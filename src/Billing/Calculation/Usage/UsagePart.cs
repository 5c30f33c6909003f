using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calculation.Usage;

/// <summary>Measurements of one account in one window.</summary>
/// <param name="AccountId">UUID of the account.</param>
/// <param name="AccountCode">Code of the account.</param>
/// <param name="Window">Measurements with start &lt;= ts &lt; end.</param>
public sealed record UsagePart(string AccountId, string AccountCode, Window Window);
