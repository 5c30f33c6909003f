namespace Tallystick.Billing.Calculation.Terms;

/// <summary>A hierarchy of accounts. Its members have no <see cref="AccountTerms.Family"/> here.</summary>
/// <param name="Parent">The parent.</param>
/// <param name="Children">All of its children.</param>
public sealed record FamilyTerms(AccountTerms Parent, IReadOnlyList<AccountTerms> Children);
