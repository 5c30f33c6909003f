using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Metering.CustomFields;

/// <summary>
/// Custom fields of the organization (the contract's <c>CustomField</c>): per kind of entity, the names that
/// calculations may use and their values where an entity has none. At most 25 for each kind.
/// </summary>
public sealed record CustomFieldDefaults : Resource
{
    /// <summary>Of the organization itself.</summary>
    [MaximumItems(25)]
    public IReadOnlyDictionary<string, CustomFieldValue>? Organization { get; init; }

    /// <summary>Of accounts.</summary>
    [MaximumItems(25)]
    public IReadOnlyDictionary<string, CustomFieldValue>? Account { get; init; }

    /// <summary>Of account plans.</summary>
    [MaximumItems(25)]
    public IReadOnlyDictionary<string, CustomFieldValue>? AccountPlan { get; init; }

    /// <summary>Of meters.</summary>
    [MaximumItems(25)]
    public IReadOnlyDictionary<string, CustomFieldValue>? Meter { get; init; }

    /// <summary>Of products.</summary>
    [MaximumItems(25)]
    public IReadOnlyDictionary<string, CustomFieldValue>? Product { get; init; }

    /// <summary>Of plan templates.</summary>
    [MaximumItems(25)]
    public IReadOnlyDictionary<string, CustomFieldValue>? PlanTemplate { get; init; }

    /// <summary>Of plans.</summary>
    [MaximumItems(25)]
    public IReadOnlyDictionary<string, CustomFieldValue>? Plan { get; init; }

    /// <summary>Of aggregations.</summary>
    [MaximumItems(25)]
    public IReadOnlyDictionary<string, CustomFieldValue>? Aggregation { get; init; }

    /// <summary>Of compound aggregations.</summary>
    [MaximumItems(25)]
    public IReadOnlyDictionary<string, CustomFieldValue>? CompoundAggregation { get; init; }

    /// <summary>Of contracts.</summary>
    [MaximumItems(25)]
    public IReadOnlyDictionary<string, CustomFieldValue>? Contract { get; init; }
}
