using System.Text.Json;
using System.Text.Json.Serialization;
using NodaTime;
using Tallystick.Foundation.Json;

namespace Tallystick.Billing.EndDating;

/// <summary>A request to end billing entities of an account or a contract.</summary>
public sealed record EndDateBillingEntitiesRequest
{
    /// <summary>The shape of its JSON.</summary>
    public static ObjectShape Shape { get; } = JsonShapes.Of(typeof(EndDateBillingEntitiesRequest));

    /// <summary>When the entities end (ISO 8601), exclusive.</summary>
    public required Instant EndDate { get; init; }

    /// <summary>Whether to also end the entities of the account's children.</summary>
    public bool? ApplyToChildren { get; init; }

    /// <summary>Which kinds of entities to end.</summary>
    [MinimumItems(1)]
    public required IReadOnlyList<BillingEntity> BillingEntities { get; init; }

    /// <summary>Parses a request whose shape was checked.</summary>
    public static EndDateBillingEntitiesRequest Read(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, BillingJson.Format.EndDateBillingEntitiesRequest)!;
}

/// <summary>Which billing entities were ended.</summary>
public sealed record EndDateBillingEntitiesResponse
{
    /// <summary>The shape of its JSON.</summary>
    public static ObjectShape Shape { get; } = JsonShapes.Of(typeof(EndDateBillingEntitiesResponse));

    /// <summary>Summary of the result.</summary>
    public string? StatusMessage { get; init; }

    /// <summary>The entities that were ended.</summary>
    public EntityIds? UpdatedEntities { get; init; }

    /// <summary>The entities that are active at that time but could not be ended.</summary>
    public EntityIds? FailedEntities { get; init; }

    /// <summary>Its JSON.</summary>
    public byte[] ToJson() =>
        JsonSerializer.SerializeToUtf8Bytes(this, BillingJson.Format.EndDateBillingEntitiesResponse);
}

/// <summary>UUIDs of billing entities by their kind.</summary>
public sealed record EntityIds
{
    /// <summary>Contracts.</summary>
    [JsonPropertyName("CONTRACT")]
    public IReadOnlyList<string>? Contracts { get; init; }

    /// <summary>Account plans.</summary>
    [JsonPropertyName("ACCOUNTPLAN")]
    public IReadOnlyList<string>? AccountPlans { get; init; }

    /// <summary>Commitments.</summary>
    [JsonPropertyName("PREPAYMENT")]
    public IReadOnlyList<string>? Commitments { get; init; }

    /// <summary>Pricings.</summary>
    [JsonPropertyName("PRICINGS")]
    public IReadOnlyList<string>? Pricings { get; init; }

    /// <summary>Counter pricings.</summary>
    [JsonPropertyName("COUNTER_PRICINGS")]
    public IReadOnlyList<string>? CounterPricings { get; init; }

    /// <summary>Groups ids by kind. Kinds without ids are omitted.</summary>
    public static EntityIds Of(IReadOnlyList<(BillingEntity Kind, string Id)> entities)
    {
        return new EntityIds
        {
            Contracts = Ids(BillingEntity.Contract),
            AccountPlans = Ids(BillingEntity.Accountplan),
            Commitments = Ids(BillingEntity.Prepayment),
            Pricings = Ids(BillingEntity.Pricings),
            CounterPricings = Ids(BillingEntity.CounterPricings),
        };

        IReadOnlyList<string>? Ids(BillingEntity kind) =>
            entities.Where(entity => entity.Kind == kind).Select(entity => entity.Id).ToList() is { Count: > 0 } ids
                ? ids : null;
    }
}

/// <summary>A kind of billing entity that can be ended.</summary>
public enum BillingEntity
{
    /// <summary>Contracts.</summary>
    Contract,

    /// <summary>Account plans.</summary>
    Accountplan,

    /// <summary>Commitments.</summary>
    Prepayment,

    /// <summary>Pricings of plans that were made for the account.</summary>
    Pricings,

    /// <summary>Counter pricings of plans that were made for the account.</summary>
    CounterPricings,
}
