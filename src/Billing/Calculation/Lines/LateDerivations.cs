using System.Globalization;
using System.Text.Json.Serialization;
using NodaTime;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calculation.Lines;

/// <summary>The difference between the usage of a locked bill as it is now and what has been billed of it.</summary>
/// <param name="BillId">UUID of the locked bill.</param>
/// <param name="BillDate">Its bill date.</param>
/// <param name="LineId">UUID of its line; null if it has none.</param>
/// <param name="Now">The usage as it is now, at the prices of the locked bill; null if there is none.</param>
/// <param name="BilledQuantity">The quantity on the locked bill.</param>
/// <param name="BilledSubtotal">The amount on the locked bill.</param>
/// <param name="AdjustedQuantity">The quantity of former adjustments.</param>
/// <param name="AdjustedSubtotal">The amount of former adjustments.</param>
public sealed record DifferenceOfUsage(
    string BillId, LocalDate BillDate, string? LineId, UsageNow? Now, decimal BilledQuantity, decimal BilledSubtotal,
    decimal AdjustedQuantity, decimal AdjustedSubtotal) : Derivation
{
    /// <summary>
    /// The amount, in the billing currency, to which a credit was limited so that it does not exceed the charges of the
    /// bill; the rest is left for the next bill. Null if it was not limited.
    /// </summary>
    public decimal? Limit { get; init; }

    /// <summary>The amount in the billing currency before it was limited; null if it was not limited.</summary>
    public decimal? Converted { get; init; }

    /// <inheritdoc/>
    [JsonIgnore] // not inherited
    public override IReadOnlyList<MeasuredValue> Measured => Now?.Usage.Measured ?? [];

    /// <inheritdoc/>
    public override IEnumerable<string> Steps() =>
    [
        .. Now?.Usage.Steps() ?? [],
        string.Create(
            CultureInfo.InvariantCulture,
            $"the usage of the bill of {InstantText.Write(BillDate)} is now {Now?.Quantity ?? 0}, which costs "
            + $"{Now?.Subtotal ?? 0} at the prices of that bill"),
        string.Create(
            CultureInfo.InvariantCulture,
            $"billed of it: {BilledQuantity} for {BilledSubtotal}; former differences: {AdjustedQuantity} for "
            + $"{AdjustedSubtotal}"),
        .. Limit is { } limit
            ? [string.Create(
                CultureInfo.InvariantCulture,
                $"of a credit of {-Converted}, the charges of this bill leave {limit}; the rest is left for the next")]
            : Array.Empty<string>(),
    ];
}

/// <summary>Usage as it is now.</summary>
/// <param name="Usage">How it was priced.</param>
/// <param name="Quantity">The quantity.</param>
/// <param name="Amount">The exact amount.</param>
/// <param name="Subtotal">The amount, rounded.</param>
/// <param name="Bands">The bands that price it.</param>
public sealed record UsageNow(
    Derivation Usage, decimal Quantity, Fraction Amount, decimal Subtotal, IReadOnlyList<PricedBand> Bands);
