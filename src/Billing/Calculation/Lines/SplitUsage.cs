using Tallystick.Billing.Accounts;
using Tallystick.Billing.Calculation.Money;
using Tallystick.Billing.Calculation.Terms;
using Tallystick.Billing.Calculation.Usage;
using Tallystick.Foundation.Values;
using Tallystick.Pricing.Rating;

namespace Tallystick.Billing.Calculation.Lines;

/// <summary>
/// Splits the usage line of a hierarchy, whose usage was rated as one block, into one line per account, in proportion
/// to their quantities. If the quantities add up to 0, the owner of the plan is charged the whole block.
/// </summary>
internal static class SplitUsage
{
    /// <summary>The lines of the accounts that appear on the bill.</summary>
    public static IEnumerable<Line> Among(
        IReadOnlyList<AccountQuantity> shares, Line block, Account billed, PlanRoute route)
    {
        var weights = shares.Select(share => (Fraction)share.Quantity).ToList();
        var total = weights.Aggregate(Fraction.Zero, (sum, weight) => sum + weight);
        if (total.Sign == 0)
        {
            if (shares.Count == 0 || shares[0].Account.Id != route.Owner.Id)
                shares = [NoShare(route, shares.Count == 0 ? block.Rated!.Quantity : 0), .. shares];
            weights = [1m, .. shares.Skip(1).Select(_ => Fraction.Zero)];
            total = 1m;
        }
        var split = new UsageBlock(block.Amount, weights);
        // Only the first line describes the block, because it can have a thousand accounts.
        return shares.Index()
            .Where(share => route.Lines == BlockLines.PerAccount || share.Item.Account.Id == billed.Id)
            .Select((share, line) => LineOf(
                block, share.Item, new BlockShare(split, share.Index), weights[share.Index] / total, billed,
                line == 0 ? (RatedQuantity)block.Derivation : null));
    }

    private static AccountQuantity NoShare(PlanRoute route, decimal quantity) => new(route.Owner, quantity, []);

    private static Line LineOf(
        Line block, AccountQuantity share, BlockShare part, Fraction factor, Account billed,
        RatedQuantity? described) =>
        block with
        {
            Source = block.Source with { Child = share.Account.Id == billed.Id ? null : share.Account },
            Amount = block.Amount * factor,
            Rated = Scaled(block.Rated!, factor, share.Quantity),
            Share = part,
            Derivation = new ShareOfBlock(
                described, block.Amount, share.Account.Id, factor, [.. share.Parts.Select(RateUsage.ValueOf)]),
        };

    /// <summary>Part of priced usage, with the same part of each band.</summary>
    public static RatedUsage Scaled(RatedUsage rated, Fraction factor, decimal quantity) => new(
        quantity,
        (rated.Units * factor).ToDecimal(),
        rated.Amount * factor,
        rated.AverageUnitPrice,
        [
            .. rated.Bands.Select(band => new RatedBand(
                band.Band,
                (band.Units * factor).ToDecimal(),
                (band.Quantity * factor).ToDecimal(),
                (band.FixedPrice * factor).ToDecimal(),
                band.UnitAmount * factor)),
        ]);
}
