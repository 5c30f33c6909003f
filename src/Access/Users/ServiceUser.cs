using NodaTime;
using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Access.Users;

/// <summary>A program that calls the API, with the rights that its policies give.</summary>
public sealed record ServiceUser : Resource
{
    /// <summary>Descriptive name.</summary>
    [Characters(1, 200)]
    public required string Name { get; init; }

    /// <summary>
    /// The date and time (ISO 8601, UTC) when many token requests with one of its access keys and a wrong secret were
    /// last refused.
    /// </summary>
    [ServerSet]
    public Instant? DtSecretsRefused { get; init; }
}

/// <summary>What is special about service users.</summary>
public static class ServiceUserResource
{
    /// <summary>The definition.</summary>
    public static ResourceDefinition<ServiceUser> Definition { get; } =
        new("ServiceUser", "serviceusers", () => AccessJson.Format.ServiceUser)
        {
            IsOfAccess = true,
            TakesAccess = (current, _) => current is not null,
            IsInternal = true,
            EventName = "configuration.serviceuser",
            Complete = (proposed, current, _) => ValueTask.FromResult(
                proposed with { DtSecretsRefused = proposed.DtSecretsRefused ?? current?.DtSecretsRefused }),
            MaximumPageSize = 200,
        };
}
