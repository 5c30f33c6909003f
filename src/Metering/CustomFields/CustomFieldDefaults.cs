using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Metering.CustomFields;

/// <summary>
/// Custom fields of the organization: the names that calculations can use, by kind of entity, and their default values.
/// At most 25 for each kind.
/// </summary>
public sealed record CustomFieldDefaults : Resource
{
    /// <summary>Custom fields of the organization.</summary>
    [MaximumItems(25)]
    public IReadOnlyDictionary<string, CustomFieldValue>? Organization { get; init; }

    /// <summary>Custom fields of accounts.</summary>
    [MaximumItems(25)]
    public IReadOnlyDictionary<string, CustomFieldValue>? Account { get; init; }

    /// <summary>Custom fields of account plans.</summary>
    [MaximumItems(25)]
    public IReadOnlyDictionary<string, CustomFieldValue>? AccountPlan { get; init; }

    /// <summary>Custom fields of meters.</summary>
    [MaximumItems(25)]
    public IReadOnlyDictionary<string, CustomFieldValue>? Meter { get; init; }

    /// <summary>Custom fields of products.</summary>
    [MaximumItems(25)]
    public IReadOnlyDictionary<string, CustomFieldValue>? Product { get; init; }

    /// <summary>Custom fields of plan templates.</summary>
    [MaximumItems(25)]
    public IReadOnlyDictionary<string, CustomFieldValue>? PlanTemplate { get; init; }

    /// <summary>Custom fields of plans.</summary>
    [MaximumItems(25)]
    public IReadOnlyDictionary<string, CustomFieldValue>? Plan { get; init; }

    /// <summary>Custom fields of aggregations.</summary>
    [MaximumItems(25)]
    public IReadOnlyDictionary<string, CustomFieldValue>? Aggregation { get; init; }

    /// <summary>Custom fields of compound aggregations.</summary>
    [MaximumItems(25)]
    public IReadOnlyDictionary<string, CustomFieldValue>? CompoundAggregation { get; init; }

    /// <summary>Custom fields of contracts.</summary>
    [MaximumItems(25)]
    public IReadOnlyDictionary<string, CustomFieldValue>? Contract { get; init; }
}
