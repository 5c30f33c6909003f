using System.Globalization;
using System.Text.Json.Serialization;
using Tallystick.Foundation.Values;

namespace Tallystick.Billing.Calculation.Lines;

/// <summary>A commitment fee billed in instalments at the bill dates of a plan.</summary>
/// <param name="Amount">The amount of the commitment.</param>
/// <param name="PrePaid">The amount paid before it started.</param>
/// <param name="FirstBill">The amount of the first instalment, if configured.</param>
/// <param name="Number">Number of the instalment, from 1.</param>
/// <param name="Count">Number of instalments.</param>
/// <param name="Weight">Weight of the instalment.</param>
/// <param name="Weights">Sum of the weights of the instalments that share the amount.</param>
public sealed record FeeInstalment(
    decimal Amount, decimal PrePaid, decimal? FirstBill, int Number, int Count, Fraction Weight, Fraction Weights)
    : Derivation
{
    /// <summary>
    /// Weight of the first of the instalments that share the amount. Those between the first and the last have weight
    /// 1, and the last one has what the others leave.
    /// </summary>
    public Fraction FirstWeight { get; init; } = 1m;

    /// <inheritdoc/>
    public override IEnumerable<string> Steps() =>
    [
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Amount} committed, {PrePaid} paid before the start, {FirstBill ?? 0} set for the first bill"),
        string.Create(
            CultureInfo.InvariantCulture,
            $"instalment {Number} of {Count}, weight {Weight.ToText()} of {Weights.ToText()}"),
    ];
}

/// <summary>A commitment fee with its own date and amount.</summary>
/// <param name="Amount">The amount.</param>
public sealed record DatedFee(decimal Amount) : Derivation
{
    /// <inheritdoc/>
    public override IEnumerable<string> Steps() =>
        [string.Create(CultureInfo.InvariantCulture, $"a fee of {Amount} with its own date")];
}

/// <summary>What locked bills have too little or too much of the fees of a commitment.</summary>
/// <param name="Due">The fees whose dates are those of locked bills, as they are now.</param>
/// <param name="Billed">The fees on locked bills.</param>
/// <param name="Earlier">The part of a reduction that fees on earlier bills take.</param>
/// <param name="Limit">The fees of this bill, which a reduction cannot exceed; null for a further charge.</param>
public sealed record DifferenceOfFees(decimal Due, decimal Billed, decimal Earlier, decimal? Limit) : Derivation
{
    /// <inheritdoc/>
    public override IEnumerable<string> Steps() =>
    [
        string.Create(CultureInfo.InvariantCulture, $"{Due} is due on the dates of locked bills, {Billed} is on them"),
        .. Limit is not { } limit
            ? Array.Empty<string>()
            :
            [
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"fees on earlier bills are reduced by {Earlier}, those of this bill by at most {limit}"),
            ],
    ];
}

/// <summary>What charges have drawn from a commitment or balance, in the order in which they drew.</summary>
/// <param name="CreditId">UUID of the commitment or balance.</param>
/// <param name="Draws">The draws. Their sum is the amount of the line.</param>
public sealed record CreditDraw(string CreditId, IReadOnlyList<DrawOfLine> Draws) : Derivation
{
    /// <inheritdoc/>
    public override IEnumerable<string> Steps() => Draws.Select(draw => string.Create(
        CultureInfo.InvariantCulture,
        $"line {draw.LineId} draws {draw.Amount} from {CreditId}, which covers {draw.Converted} of "
            + $"{draw.Share.ToText()} of it"
            + $"{(draw.Left is { } left ? FormattableString.Invariant($"; {left} was left") : "; no limit")}"));
}

/// <summary>What one charge has drawn.</summary>
/// <param name="LineId">UUID of the line of the charge.</param>
/// <param name="IsRollover">Whether it drew on the rollover of a balance.</param>
/// <param name="Share">Share of the charge for which the commitment or balance is active.</param>
/// <param name="Left">What was left before; null if there is no limit.</param>
/// <param name="Rate">Conversion rate from the currency of the charge to that of the commitment or balance.</param>
/// <param name="Amount">The amount drawn, in the currency of the commitment or balance.</param>
/// <param name="Converted">The amount of the charge that it covers, in the billing currency.</param>
public sealed record DrawOfLine(
    string LineId, bool IsRollover, Fraction Share, decimal? Left, decimal Rate, decimal Amount, decimal Converted);

/// <summary>A percentage of usage beyond a commitment or balance.</summary>
/// <param name="CreditId">UUID of the commitment or balance.</param>
/// <param name="Percent">The percentage.</param>
/// <param name="Overages">The usage beyond it.</param>
public sealed record SurchargeOnOverage(string CreditId, decimal Percent, IReadOnlyList<OverageOfLine> Overages)
    : Derivation
{
    /// <inheritdoc/>
    public override IEnumerable<string> Steps() =>
    [
        .. Overages.Select(one => string.Create(
            CultureInfo.InvariantCulture,
            $"{one.Uncovered} of line {one.LineId} is not covered: {one.Amount.ToText()} in the pricing currency")),
        string.Create(CultureInfo.InvariantCulture, $"{Percent} percent of the sum, as set for {CreditId}"),
    ];
}

/// <summary>The part of a usage line that no commitment or balance covers.</summary>
/// <param name="LineId">UUID of the line.</param>
/// <param name="Uncovered">The part, in the billing currency.</param>
/// <param name="Amount">The same in the pricing currency, exact.</param>
public sealed record OverageOfLine(string LineId, decimal Uncovered, Fraction Amount);

/// <summary>Part of usage that is divided at the end of a commitment or balance.</summary>
/// <param name="Whole">How the whole usage was priced.</param>
/// <param name="CreditId">UUID of the commitment or balance that is consumed.</param>
/// <param name="From">Units before the part.</param>
/// <param name="To">Units at the end of the part.</param>
/// <param name="Amount">The exact price of the part.</param>
/// <param name="IsAtOverageBands">Whether the overage bands of the pricing price it.</param>
public sealed record PartOfUsage(
    Derivation Whole, string CreditId, decimal From, decimal To, Fraction Amount, bool IsAtOverageBands) : Derivation
{
    /// <summary>
    /// The line before it was divided. The price of each part is in proportion to what is covered, unless the overage
    /// bands price it.
    /// </summary>
    public PricedLine? Line { get; init; }

    /// <inheritdoc/>
    [JsonIgnore] // not inherited
    public override IReadOnlyList<MeasuredValue> Measured => Whole.Measured;

    /// <inheritdoc/>
    public override IEnumerable<string> Steps() =>
    [
        .. Whole.Steps(),
        string.Create(
            CultureInfo.InvariantCulture,
            $"units {From} to {To}, divided where {CreditId} ends"
            + $"{(IsAtOverageBands ? ", priced with the overage bands" : "")}"),
    ];
}

/// <summary>Free units that a balance grants.</summary>
/// <param name="Usage">How the usage was priced without them.</param>
/// <param name="CreditId">UUID of the balance.</param>
/// <param name="Draw">The units drawn.</param>
public sealed record GrantedUnits(Derivation Usage, string CreditId, DrawOfLine Draw) : Derivation
{
    /// <summary>The line of the usage before units were free.</summary>
    public PricedLine? Line { get; init; }

    /// <inheritdoc/>
    [JsonIgnore] // not inherited
    public override IReadOnlyList<MeasuredValue> Measured => Usage.Measured;

    /// <inheritdoc/>
    public override IEnumerable<string> Steps() =>
    [
        .. Usage.Steps(),
        string.Create(
            CultureInfo.InvariantCulture, $"{Draw.Amount} units of {CreditId} are free, in {Draw.Share.ToText()} of "
            + $"the period"),
    ];
}

/// <summary>Usage without the free units of balances.</summary>
/// <param name="Whole">How the whole usage was priced.</param>
/// <param name="Granted">The free units.</param>
/// <param name="Units">
/// The other units, priced as if they were all the usage. Of usage of several accounts, they have the average price.
/// </param>
public sealed record UsageBeyondGrants(Derivation Whole, decimal Granted, decimal Units) : Derivation
{
    /// <summary>How a quantity was rated, whether or not units of it are free; null if it is no quantity.</summary>
    internal static RatedQuantity? RatedOf(Derivation derivation) => derivation switch
    {
        RatedQuantity rated => rated,
        UsageBeyondGrants beyond => RatedOf(beyond.Whole),
        _ => null,
    };

    /// <inheritdoc/>
    [JsonIgnore] // not inherited
    public override IReadOnlyList<MeasuredValue> Measured => Whole.Measured;

    /// <inheritdoc/>
    public override IEnumerable<string> Steps() =>
    [
        .. Whole.Steps(),
        string.Create(CultureInfo.InvariantCulture, $"{Granted} units are free, {Units} are priced"),
    ];
}
