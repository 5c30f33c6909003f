using Tallystick.Billing.Bills;
using Tallystick.Billing.Calculation.Money;
using Tallystick.Foundation.Values;
using Tallystick.Pricing.Rating;

namespace Tallystick.Billing.Calculation.Lines;

/// <summary>A charge of the bill: an exact amount in its own currency, with where it comes from and why.</summary>
internal sealed record Line
{
    /// <summary>Type of the line.</summary>
    public required LineItemType Type { get; init; }

    /// <summary>What the charge comes from.</summary>
    public required LineSource Source { get; init; }

    /// <summary>The period that the line covers.</summary>
    public required Window ServicePeriod { get; init; }

    /// <summary>The exact amount in the currency of the source.</summary>
    public required Fraction Amount { get; init; }

    /// <summary>Description of the line.</summary>
    public required string Description { get; init; }

    /// <summary>UUID of the product to which the line is attributed for accounting; null if there is none.</summary>
    public string? AccountingProductId { get; init; }

    /// <summary>What the line prices; null for a flat line.</summary>
    public PricedItem? Item { get; init; }

    /// <summary>How the quantity was priced; null for a flat line.</summary>
    public RatedUsage? Rated { get; init; }

    /// <summary>The account's share of a block that is rounded as a whole; null for a line of its own.</summary>
    public BlockShare? Share { get; init; }

    /// <summary>The lines of children that it adds up; null for a line that is no sum.</summary>
    public IReadOnlyList<Line>? Parts { get; init; }

    /// <summary>Units of a flat line. Default: 1.</summary>
    public decimal FlatUnits { get; init; } = 1;

    /// <summary>Price of each unit of a flat line; null if it is the amount.</summary>
    public decimal? FlatUnitPrice { get; init; }

    /// <summary>
    /// Distinguishes lines of the same type, source, pricing and start, such as the draws of one commitment on several
    /// products. Part of the line's id; normally empty.
    /// </summary>
    public string Discriminator { get; init; } = "";

    /// <summary>How the amount was calculated.</summary>
    public required Derivation Derivation { get; init; }
}
