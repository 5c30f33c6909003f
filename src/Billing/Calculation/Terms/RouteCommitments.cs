using Tallystick.Billing.Accounts;
using Tallystick.Billing.Commitments;

namespace Tallystick.Billing.Calculation.Terms;

/// <summary>A commitment on the bills of an account.</summary>
/// <param name="Commitment">The commitment.</param>
/// <param name="Owner">The terms of the account that it belongs to.</param>
internal sealed record RoutedCommitment(Commitment Commitment, AccountTerms Owner)
{
    /// <summary>
    /// The child whose commitment is on the bill of its parent; only that child's charges draw on it. Otherwise null.
    /// </summary>
    public Account? Child { get; init; }

    /// <summary>Whether its lines name the account that they belong to: one line for each account.</summary>
    public bool IsPerAccount { get; init; }

    /// <summary>UUID of the key that puts its fees on a separate bill; null for none.</summary>
    public string? GroupingKeyId => Owner.ContractOf(Commitment.ContractId)?.BillGroupingKeyId;
}

/// <summary>
/// Determines which commitments of a hierarchy are on which bill. As with account plans, a commitment of a child is on
/// the bill of the parent unless its <c>childBillingMode</c> is <c>CHILD</c>; the default is <c>PARENT_BREAKDOWN</c>.
/// A commitment of the parent is always on the bill of the parent.
/// </summary>
internal static class RouteCommitments
{
    /// <summary>The commitments whose fees and draws can be on bills of the account.</summary>
    public static IReadOnlyList<RoutedCommitment> OnBillsOf(AccountTerms terms)
    {
        if (terms.Family is not { } family)
            return [.. terms.Commitments.Select(own => new RoutedCommitment(own, terms))];
        return terms.Account.Id == family.Parent.Account.Id
            ? [
                .. terms.Commitments.Select(own => Routed(own, terms)),
                .. family.Children.SelectMany(child => child.Commitments.Where(IsOnParentsBill)
                    .Select(one => Routed(one, child) with { Child = child.Account })),
            ]
            : [.. terms.Commitments.Where(own => !IsOnParentsBill(own)).Select(own => Routed(own, terms))];
    }

    /// <summary>Whether a commitment of a child is on the bill of its parent.</summary>
    public static bool IsOnParentsBill(Commitment ofChild) => ofChild.ChildBillingMode != ChildBillingMode.Child;

    private static RoutedCommitment Routed(Commitment commitment, AccountTerms owner) => new(commitment, owner)
    {
        IsPerAccount = (commitment.ChildBillingMode ?? ChildBillingMode.ParentBreakdown)
            == ChildBillingMode.ParentBreakdown,
    };
}
