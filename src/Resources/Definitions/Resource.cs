using System.Text.Json.Serialization;
using NodaTime;
using Tallystick.Foundation.Json;

namespace Tallystick.Resources.Definitions;

/// <summary>
/// The common members of all entities. A record is the model, the JSON and the stored document at the same time.
/// </summary>
public abstract record Resource
{
    /// <summary>The UUID of the entity.</summary>
    [ServerSet, JsonPropertyOrder(-2)]
    public string Id { get; init; } = "";

    /// <summary>
    /// The version number of the entity. Ignored on create, where it becomes 1. On update it is required and must match
    /// the stored version, which is then incremented.
    /// </summary>
    [JsonPropertyOrder(-1)]
    public long Version { get; init; }

    /// <summary>The date and time (ISO 8601, UTC) when the entity was created.</summary>
    [ServerSet, JsonPropertyOrder(2)]
    public Instant? DtCreated { get; init; }

    /// <summary>The date and time (ISO 8601, UTC) when the entity was last changed.</summary>
    [ServerSet, JsonPropertyOrder(2)]
    public Instant? DtLastModified { get; init; }

    /// <summary>The principal that created the entity, such as <c>SERVICEUSER_…</c>.</summary>
    [ServerSet, JsonPropertyOrder(2)]
    public string? CreatedBy { get; init; }

    /// <summary>The principal that last changed the entity.</summary>
    [ServerSet, JsonPropertyOrder(2)]
    public string? LastModifiedBy { get; init; }
}

/// <summary>An entity with custom fields.</summary>
public abstract record ResourceWithCustomFields : Resource
{
    /// <summary>
    /// Your own values by name, each a string or a number, at most 100. A value overrides the organization's value of
    /// the same name. An update that omits them clears them.
    /// </summary>
    [MaximumItems(100), JsonPropertyOrder(1)]
    public IReadOnlyDictionary<string, CustomFieldValue>? CustomFields { get; init; }
}
