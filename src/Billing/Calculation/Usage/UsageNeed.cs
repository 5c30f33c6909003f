using Tallystick.Billing.Contracts;
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
    private readonly string _further = "";

    /// <summary>Code of the account, which queries of <c>CUSTOM_SQL</c> aggregations can read.</summary>
    public string AccountCode { get; init; } = "";

    /// <summary>
    /// Further measurements, aggregated together with those of the account and window: the usage of a hierarchy that is
    /// rated as one block. They have no measurement in common. Empty for a single account.
    /// </summary>
    public IReadOnlyList<UsagePart> Further
    {
        get;
        init
        {
            field = value;
            _further = string.Concat(value.Select(part =>
                $"{part.AccountId} {InstantText.Sortable(part.Window.Start)} "
                + $"{InstantText.Sortable(part.Window.End)};"));
        }
    } = [];

    /// <summary>The usage filters of the contract; empty for all usage.</summary>
    public IReadOnlyList<UsageFilter> Filters
    {
        get;
        init
        {
            field = value;
            FilterKey = UsageFilters.KeyOf(value);
        }
    } = [];

    /// <summary>Equal for equal filters, whatever their order.</summary>
    internal string FilterKey { get; private init; } = "";

    /// <summary>Which measurements are aggregated, before filters and segments.</summary>
    internal (string AccountId, Window Window, string Further) Scope => (AccountId, Window, _further);

    /// <summary>The scope as text.</summary>
    internal string ScopeText =>
        $"{AccountId} {InstantText.Sortable(Window.Start)} {InstantText.Sortable(Window.End)};{_further}";

    /// <inheritdoc/>
    public bool Equals(UsageNeed? other) => other is not null && Key == other.Key;

    /// <inheritdoc/>
    public override int GetHashCode() => Key.GetHashCode();

    private ((string, Window, string) Scope, string AggregationId, int? SegmentIndex, string Filters) Key =>
        (Scope, Aggregation.Id, SegmentIndex, FilterKey);
}

/// <summary>The result of a need.</summary>
/// <param name="Need">The need.</param>
/// <param name="Value">
/// The aggregated value, not divided by the quantity per unit; null if there is nothing to aggregate.
/// </param>
public sealed record UsageResult(UsageNeed Need, decimal? Value);
