using System.Globalization;

namespace Tallystick.Billing.Calculation.Lines;

/// <summary>
/// A minimum spend: charged in advance, topped up in arrears, or refunded up to the usage if it was charged in advance.
/// </summary>
/// <param name="Minimum">
/// The minimum of a whole period and the share of the period. A minimum charged in advance has one share for each of
/// its charges, and each is rounded.
/// </param>
/// <param name="Due">The minimum due for the service period: the sum of the rounded shares.</param>
/// <param name="Spent">What counts toward the minimum; null for a charge in advance.</param>
public sealed record MinimumDue(IReadOnlyList<ProratedAmount> Minimum, decimal Due, SpentAmount? Spent) : Derivation
{
    /// <inheritdoc/>
    public override IEnumerable<string> Steps() =>
    [
        .. Minimum.SelectMany(share => share.Steps()),
        string.Create(CultureInfo.InvariantCulture, $"minimum {Due}"),
        .. Spent is null ? [] : Spent.Steps(),
    ];
}

/// <summary>What counts toward a minimum spend.</summary>
/// <param name="Total">The sum, in the currency of the minimum.</param>
/// <param name="Parts">The amounts that it consists of.</param>
public sealed record SpentAmount(decimal Total, IReadOnlyList<SpentPart> Parts)
{
    internal IEnumerable<string> Steps() =>
    [
        .. Parts.Select(part => part.Describe()),
        string.Create(CultureInfo.InvariantCulture, $"usage that counts: {Total}"),
    ];
}

/// <summary>An amount that counts toward a minimum spend.</summary>
/// <param name="LineId">
/// UUID of the line of the amount; null for what an inner minimum adds, because an earlier bill charged it in advance.
/// </param>
/// <param name="PricingId">UUID of the pricing of the amount.</param>
/// <param name="Subtotal">The amount in its own currency.</param>
/// <param name="Rate">The rate to the currency of the minimum.</param>
/// <param name="Amount">The amount in the currency of the minimum, rounded.</param>
public sealed record SpentPart(string? LineId, string? PricingId, decimal Subtotal, decimal Rate, decimal Amount)
{
    internal string Describe()
    {
        var of = LineId is null ? $"minimum of pricing {PricingId}, charged in advance" : $"line {LineId}";
        return Rate == 1
            ? string.Create(CultureInfo.InvariantCulture, $"{of}: {Amount}")
            : string.Create(CultureInfo.InvariantCulture, $"{of}: {Subtotal} x {Rate} = {Amount}");
    }
}
