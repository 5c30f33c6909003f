using Tallystick.Foundation.Values;
using Tallystick.Pricing.Rating;

namespace Tallystick.Billing.Calculation.Money;

/// <summary>An amount that is rounded as a whole and then split among accounts.</summary>
/// <param name="amount">The exact amount.</param>
/// <param name="weights">The weights of the accounts; their sum is not 0.</param>
internal sealed class UsageBlock(Fraction amount, IReadOnlyList<Fraction> weights)
{
    private readonly Dictionary<(decimal Rounded, int Places), IReadOnlyList<decimal>> _splits = [];

    /// <summary>The exact amount.</summary>
    public Fraction Amount => amount;

    /// <summary>Splits a rounded amount; the shares add up to it.</summary>
    public IReadOnlyList<decimal> Split(decimal rounded, int places)
    {
        if (!_splits.TryGetValue((rounded, places), out var shares))
            _splits[(rounded, places)] = shares = LargestRemainder.Split(rounded, weights, places);
        return shares;
    }
}

/// <summary>One account's share of a block.</summary>
/// <param name="Block">The block.</param>
/// <param name="Index">Index of the account's weight.</param>
internal sealed record BlockShare(UsageBlock Block, int Index);
