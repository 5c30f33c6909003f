using Tallystick.Foundation.Values;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.Meters;

namespace Tallystick.Billing.Calculation.Usage;

/// <summary>
/// One usage value that a bill needs: the aggregation of the account's measurements in a window, either all of them or
/// those of one segment. Needs of many accounts can be read together, with one pass per aggregation. Two needs for the
/// same value are equal, whichever charges ask for it.
/// </summary>
/// <param name="AccountId">UUID of the account whose measurements are aggregated.</param>
/// <param name="Aggregation">
/// How to aggregate. Results must not include its default value; that is applied later.
/// </param>
/// <param name="Meter">The meter of the measurements.</param>
/// <param name="Window">Measurements with start &lt;= ts &lt; end.</param>
/// <param name="SegmentIndex">
/// Index of the segment in the aggregation's <c>segments</c>; null for all measurements.
/// </param>
public sealed record UsageNeed(
    string AccountId, Aggregation Aggregation, Meter Meter, Window Window, int? SegmentIndex)
{
    /// <summary>Code of the account, which queries of <c>CUSTOM_SQL</c> aggregations can read.</summary>
    public string AccountCode { get; init; } = "";

    /// <inheritdoc/>
    public bool Equals(UsageNeed? other) => other is not null && Key == other.Key;

    /// <inheritdoc/>
    public override int GetHashCode() => Key.GetHashCode();

    private (string AccountId, string AggregationId, Window Window, int? SegmentIndex) Key =>
        (AccountId, Aggregation.Id, Window, SegmentIndex);
}

/// <summary>The result of a need.</summary>
/// <param name="Need">The need.</param>
/// <param name="Value">
/// The aggregated value, not divided by the quantity per unit; null if there is nothing to aggregate.
/// </param>
public sealed record UsageResult(UsageNeed Need, decimal? Value);
