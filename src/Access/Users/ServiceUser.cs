using NodaTime;
using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Access.Users;

/// <summary>A program that calls the API with the permissions of its policies.</summary>
public sealed record ServiceUser : Resource
{
    /// <summary>Descriptive name.</summary>
    [Characters(1, 200)]
    public required string Name { get; init; }

    /// <summary>
    /// The date and time (ISO 8601, UTC) when token requests were last throttled because of too many incorrect secrets
    /// for one of its access keys.
    /// </summary>
    [ServerSet]
    public Instant? DtSecretsRefused { get; init; }
}

/// <summary>The definition of service users.</summary>
public static class ServiceUserResource
{
    /// <summary>The definition.</summary>
    public static ResourceDefinition<ServiceUser> Definition { get; } =
        new("ServiceUser", "serviceusers", () => AccessJson.Format.ServiceUser)
        {
            DefinesPermissions = true,
            RevokesAccess = (current, _) => current is not null,
            IsInternal = true,
            EventName = "configuration.serviceuser",
            Complete = (proposed, current, _) => ValueTask.FromResult(
                proposed with { DtSecretsRefused = proposed.DtSecretsRefused ?? current?.DtSecretsRefused }),
            MaximumPageSize = 200,
        };
}
