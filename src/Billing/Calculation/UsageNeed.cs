using Tallystick.Foundation.Values;
using Tallystick.Metering.Aggregations;
using Tallystick.Metering.Meters;

namespace Tallystick.Billing.Calculation;

/// <summary>
/// One number that a bill needs: the aggregation over the account's measurements in a window, all of them or those of
/// one segment. Needs of many accounts can be met together, one pass for each aggregation.
/// </summary>
/// <param name="AccountId">UUID of the account whose measurements count.</param>
/// <param name="PricingId">UUID of the pricing that will price the number.</param>
/// <param name="Aggregation">How to aggregate. Its default value is applied later, not by whoever meets the
/// need.</param>
/// <param name="Meter">The meter of the measurements.</param>
/// <param name="Window">Measurements with start &lt;= ts &lt; end.</param>
/// <param name="SegmentIndex">Place of the segment in the aggregation's <c>segments</c>, from 0; null when it has
/// none.</param>
public sealed record UsageNeed(
    string AccountId, string PricingId, Aggregation Aggregation, Meter Meter, Window Window, int? SegmentIndex);

/// <summary>The answer to a need.</summary>
/// <param name="Need">The need, as it was asked for.</param>
/// <param name="Value">The aggregated value before any division; null when there is nothing to aggregate.</param>
public sealed record UsageResult(UsageNeed Need, decimal? Value);
