using System.Globalization;
using System.Text.Json.Serialization;
using Tallystick.Billing.Calculation.Usage;
using Tallystick.Billing.Calendar;
using Tallystick.Billing.Contracts;
using Tallystick.Foundation.Json;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calculation.Lines;

/// <summary>
/// How the exact amount of a line was calculated, as data from which the amount can be recomputed. Each kind of line
/// has its own. Stored with the bill.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(ProratedAmount), "prorated")]
[JsonDerivedType(typeof(RatedQuantity), "rated")]
[JsonDerivedType(typeof(CappedCredit), "capped")]
[JsonDerivedType(typeof(CountedTotal), "counted")]
[JsonDerivedType(typeof(CountedChange), "changed")]
[JsonDerivedType(typeof(MinimumDue), "minimum")]
[JsonDerivedType(typeof(FeeInstalment), "feeInstalment")]
[JsonDerivedType(typeof(DatedFee), "datedFee")]
[JsonDerivedType(typeof(DifferenceOfFees), "feeDifference")]
[JsonDerivedType(typeof(DifferenceOfUsage), "lateUsage")]
[JsonDerivedType(typeof(CreditDraw), "creditDraw")]
[JsonDerivedType(typeof(SurchargeOnOverage), "surcharge")]
[JsonDerivedType(typeof(PartOfUsage), "partOfUsage")]
[JsonDerivedType(typeof(GrantedUnits), "grantedUnits")]
[JsonDerivedType(typeof(UsageBeyondGrants), "usageBeyondGrants")]
[JsonDerivedType(typeof(ChargedAmount), "charge")]
[JsonDerivedType(typeof(ShareOfBlock), "share")]
[JsonDerivedType(typeof(SummedLines), "sum")]
public abstract record Derivation
{
    /// <summary>The aggregated values that the amount results from; empty if it does not result from usage.</summary>
    [JsonIgnore]
    public virtual IReadOnlyList<MeasuredValue> Measured => [];

    /// <summary>The calculation in words, one step per text, without the bands and rounding of the line.</summary>
    public abstract IEnumerable<string> Steps();

    /// <summary>Why the amount is not simply rounded; null if it is.</summary>
    [JsonIgnore]
    public virtual string? RoundingNote => null;
}

/// <summary>An amount times the active share of one or more nominal periods.</summary>
/// <param name="Amount">The amount of a whole period.</param>
/// <param name="Parts">The factors, which are added.</param>
public sealed record ProratedAmount(decimal Amount, IReadOnlyList<DaysOfPeriod> Parts) : Derivation
{
    /// <summary>
    /// False for an amount that is not prorated: its part is the number of whole periods, not of days. Otherwise null.
    /// </summary>
    public bool? IsProrated { get; init; }

    internal Fraction Factor => Parts.Aggregate(
        Fraction.Zero, (sum, part) => sum + (part.DaysActive / (decimal)part.DaysInPeriod));

    internal static ProratedAmount Of(decimal amount, Proration proration) => new(
        amount, [.. proration.Parts.Select(part => new DaysOfPeriod(part.DaysActive, part.DaysInPeriod))]);

    /// <inheritdoc/>
    public override IEnumerable<string> Steps() =>
    [
        string.Create(CultureInfo.InvariantCulture, $"{Amount} for a whole period"),
        .. Parts.Select(part => IsProrated ?? true
            ? string.Create(
                CultureInfo.InvariantCulture, $"active for {part.DaysActive.ToText()} of {part.DaysInPeriod} days")
            : $"not prorated: {part.DaysActive.ToText()} whole periods"),
    ];
}

/// <summary>Active days out of the days of a nominal period.</summary>
/// <param name="DaysActive">Exact number of active local days.</param>
/// <param name="DaysInPeriod">Days in the whole period.</param>
public sealed record DaysOfPeriod(Fraction DaysActive, int DaysInPeriod);

/// <summary>A measured quantity, priced in bands. The bands are on the line itself.</summary>
/// <param name="Values">The values that the quantity results from.</param>
/// <param name="Quantity">The quantity.</param>
/// <param name="QuantityPerUnit">Quantity per unit.</param>
/// <param name="Rounding">How the number of units is rounded.</param>
/// <param name="Cumulative">
/// Whether each band prices its own units. Otherwise, the highest band reached prices all units.
/// </param>
public sealed record RatedQuantity(
    IReadOnlyList<MeasuredValue> Values, decimal Quantity, decimal QuantityPerUnit, Rounding Rounding, bool Cumulative)
    : Derivation
{
    /// <summary>
    /// Earlier quantities whose units count toward the bands, because the tiers span the plan; null if none do.
    /// </summary>
    public IReadOnlyList<EarlierUnits>? Before { get; init; }

    /// <summary>The units that count toward the bands before the quantity; null if none do.</summary>
    internal Fraction? Start => Before?.Aggregate(Fraction.Zero, (sum, earlier) => sum + earlier.Units);

    /// <inheritdoc/>
    [JsonIgnore] // not inherited
    public override IReadOnlyList<MeasuredValue> Measured =>
        Before is null ? Values : [.. Before.SelectMany(earlier => earlier.Values), .. Values];

    /// <inheritdoc/>
    public override IEnumerable<string> Steps() =>
    [
        .. (Before ?? []).Select(earlier =>
            $"{earlier.Units.ToText()} units from {InstantText.Write(earlier.Window.Start)} to "
            + $"{InstantText.Write(earlier.Window.End)} count toward the bands"),
        string.Create(
            CultureInfo.InvariantCulture,
            $"quantity {Quantity}, {QuantityPerUnit} per unit, units rounded {JsonFormat.Name(Rounding)}"),
        Cumulative ? "each band prices its own units" : "the highest band reached prices all units",
    ];
}

/// <summary>An earlier quantity whose units count toward the bands of a later one.</summary>
/// <param name="Values">The values that the quantity results from.</param>
/// <param name="Window">The time of the quantity.</param>
/// <param name="Quantity">The quantity.</param>
/// <param name="Units">Its units.</param>
public sealed record EarlierUnits(
    IReadOnlyList<MeasuredValue> Values, Window Window, decimal Quantity, Fraction Units);

/// <summary>The result of one aggregation.</summary>
/// <param name="AccountId">UUID of the account whose measurements were aggregated.</param>
/// <param name="AggregationId">UUID of the aggregation.</param>
/// <param name="SegmentIndex">Index of the segment; null for all measurements.</param>
/// <param name="Window">Measurements with start &lt;= ts &lt; end.</param>
/// <param name="Value">The result; null if there was nothing to aggregate.</param>
/// <param name="DefaultValue">The value used if there was nothing to aggregate.</param>
public sealed record MeasuredValue(
    string AccountId, string AggregationId, int? SegmentIndex, Window Window, decimal? Value, decimal? DefaultValue)
{
    /// <summary>Further measurements aggregated together with those, in a hierarchy.</summary>
    public IReadOnlyList<UsagePart> Further { get; init; } = [];

    /// <summary>The usage filters of the contract.</summary>
    public IReadOnlyList<UsageFilter> Filters { get; init; } = [];
}

/// <summary>A charge: its amount, or its units times its unit price.</summary>
/// <param name="Amount">The amount.</param>
/// <param name="Units">The units.</param>
/// <param name="UnitPrice">The price of each unit.</param>
public sealed record ChargedAmount(decimal? Amount, decimal? Units, decimal? UnitPrice) : Derivation
{
    /// <inheritdoc/>
    public override IEnumerable<string> Steps() =>
    [
        Amount is { } amount
            ? string.Create(CultureInfo.InvariantCulture, $"a charge of {amount}")
            : string.Create(CultureInfo.InvariantCulture, $"a charge of {Units} units at {UnitPrice}"),
    ];
}

/// <summary>
/// An account's share of usage that a hierarchy is rated for as one block: the rounded amount of the block times the
/// factor, rounded down, plus the smallest unit of the currency for those accounts that have the largest remainders, so
/// that the shares add up to the rounded amount of the block.
/// </summary>
/// <param name="Block">
/// How the block was priced. Only the first of the shares on a bill states it; the others have the same block amount.
/// </param>
/// <param name="BlockAmount">The exact amount of the block.</param>
/// <param name="AccountId">UUID of the account.</param>
/// <param name="Factor">The account's part of the block: its quantity divided by that of all accounts.</param>
/// <param name="Values">The values that the account's quantity results from.</param>
public sealed record ShareOfBlock(
    RatedQuantity? Block, Fraction BlockAmount, string AccountId, Fraction Factor, IReadOnlyList<MeasuredValue> Values)
    : Derivation
{
    /// <inheritdoc/>
    [JsonIgnore] // not inherited
    public override IReadOnlyList<MeasuredValue> Measured => [.. Block?.Measured ?? [], .. Values];

    /// <inheritdoc/>
    public override IEnumerable<string> Steps() =>
    [
        .. Block?.Steps() ?? [],
        $"{BlockAmount.ToText()} for all accounts of the hierarchy, of which {Factor.ToText()} for this account",
    ];

    /// <inheritdoc/>
    [JsonIgnore] // not inherited
    public override string RoundingNote => "the amount of all accounts is rounded and split by largest remainder";
}

/// <summary>The sum of equal lines of several children.</summary>
/// <param name="Parts">The lines added up.</param>
public sealed record SummedLines(IReadOnlyList<SummedLine> Parts) : Derivation
{
    /// <inheritdoc/>
    [JsonIgnore] // not inherited
    public override IReadOnlyList<MeasuredValue> Measured =>
        [.. Parts.SelectMany(part => part.Derivation.Measured)];

    /// <inheritdoc/>
    public override IEnumerable<string> Steps() => Parts.SelectMany(part => part.Derivation.Steps().Prepend(
        string.Create(CultureInfo.InvariantCulture, $"{part.Subtotal} for the child {part.AccountId}:")));

    /// <inheritdoc/>
    [JsonIgnore] // not inherited
    public override string RoundingNote => "the rounded amounts of the children are added up";
}

/// <summary>A line of one child in a sum.</summary>
/// <param name="Id">UUID by which other derivations refer to it.</param>
/// <param name="AccountPlanId">UUID of the child's account plan.</param>
/// <param name="AccountId">UUID of the child.</param>
/// <param name="Subtotal">Its rounded amount.</param>
/// <param name="Converted">Its amount in the billing currency.</param>
/// <param name="Derivation">How it was calculated.</param>
public sealed record SummedLine(
    string Id, string AccountPlanId, string AccountId, decimal Subtotal, decimal Converted, Derivation Derivation);
