using Tallystick.Foundation.Json;
using Tallystick.Metering.Aggregations;

namespace Tallystick.Metering.CompoundAggregations;

/// <summary>Calculates one number from aggregations and custom fields.</summary>
public sealed record CompoundAggregation : AnyAggregation
{
    /// <summary>
    /// UUID of the product whose plans can price it. If absent, it is global and any plan can price it.
    /// </summary>
    [Characters(36, 36)]
    public string? ProductId { get; init; }

    /// <summary>
    /// The calculation, such as <c>aggregation.requests - aggregation.apps * 100</c>. It can refer to aggregations by
    /// code, use custom fields such as <c>account.customFields.tier</c>, and read lookup tables. The value of an
    /// aggregation is its quantity before its own <c>quantityPerUnit</c> and <c>rounding</c> are applied.
    /// </summary>
    [Characters(1, 5000)]
    public required string Calculation { get; init; }

    /// <summary>
    /// Whether to calculate even if an aggregation in the calculation has no usage. If false (the default), there is no
    /// value in that case.
    /// </summary>
    public bool EvaluateNullAggregations { get; init; }

    /// <summary>The segments that can be priced: those of the segmented aggregations in the calculation.</summary>
    [ServerSet]
    public IReadOnlyList<IReadOnlyDictionary<string, string>>? Segments { get; init; }
}
