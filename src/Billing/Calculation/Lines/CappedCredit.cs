using System.Globalization;
using System.Text.Json.Serialization;

namespace Tallystick.Billing.Calculation.Lines;

/// <summary>A usage credit that would exceed the charges that it credits, and is limited to them.</summary>
/// <param name="Rated">How its full amount was calculated.</param>
/// <param name="Converted">Its full amount in the billing currency, rounded.</param>
/// <param name="Limit">What is left of the charges, in the billing currency: the amount credited.</param>
/// <param name="LineIds">UUIDs of the lines of those charges.</param>
public sealed record CappedCredit(Derivation Rated, decimal Converted, decimal Limit, IReadOnlyList<string> LineIds)
    : Derivation
{
    /// <summary>What other credits had taken of those charges before, in the billing currency.</summary>
    public decimal Credited { get; init; }

    /// <inheritdoc/>
    [JsonIgnore] // not inherited
    public override IReadOnlyList<MeasuredValue> Measured => Rated.Measured;

    /// <inheritdoc/>
    public override IEnumerable<string> Steps() =>
    [
        .. Rated.Steps(),
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Converted} in the billing currency, limited to {Limit} left of {LineIds.Count} lines"),
    ];
}
