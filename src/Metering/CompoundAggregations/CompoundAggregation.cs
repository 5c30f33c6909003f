using Tallystick.Foundation.Json;
using Tallystick.Metering.Aggregations;

namespace Tallystick.Metering.CompoundAggregations;

/// <summary>Turns aggregations and custom fields into one number by a calculation.</summary>
public sealed record CompoundAggregation : AnyAggregation
{
    /// <summary>UUID of the product whose plans it can price; absent for a global one, which can price any.</summary>
    [Characters(36, 36)]
    public string? ProductId { get; init; }

    /// <summary>
    /// The calculation, such as <c>aggregation.requests - aggregation.apps * 100</c>. It may name aggregations by their
    /// codes and custom fields such as <c>account.customFields.tier</c>, and use lookup tables. An aggregation stands
    /// for its quantity, before its own <c>quantityPerUnit</c> and <c>rounding</c>.
    /// </summary>
    [Characters(1, 5000)]
    public required string Calculation { get; init; }

    /// <summary>
    /// True to calculate even when an aggregation that is named has no usage; false, the default, for no value then.
    /// </summary>
    public bool EvaluateNullAggregations { get; init; }

    /// <summary>The segments that it can be priced by: those of the segmented aggregations that it names.</summary>
    [ServerSet]
    public IReadOnlyList<IReadOnlyDictionary<string, string>>? Segments { get; init; }
}
