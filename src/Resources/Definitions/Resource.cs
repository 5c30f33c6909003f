using System.Text.Json.Serialization;
using NodaTime;
using Tallystick.Foundation.Json;

namespace Tallystick.Resources.Definitions;

/// <summary>
/// What every entity of the API carries. The record is its model, its JSON and its stored document at once.
/// </summary>
public abstract record Resource
{
    /// <summary>The UUID of the entity.</summary>
    [ServerSet, JsonPropertyOrder(-2)]
    public string Id { get; init; } = "";

    /// <summary>
    /// The version number of the entity. Ignored on create, where it becomes 1. On update it is required and must
    /// equal the stored version, which then grows by one.
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

/// <summary>An entity that carries values of the customer's own.</summary>
public abstract record ResourceWithCustomFields : Resource
{
    /// <summary>
    /// Values of your own, name to text or number, at most 100. A value overrides the organization's value of the
    /// same name. An update that leaves them out clears them.
    /// </summary>
    [MaximumItems(100), JsonPropertyOrder(1)]
    public IReadOnlyDictionary<string, CustomFieldValue>? CustomFields { get; init; }
}
