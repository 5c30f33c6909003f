using NodaTime;
using Tallystick.Resources.Definitions;

namespace Tallystick.Access.Credentials;

/// <summary>Status of an access key.</summary>
public enum AccessKeyStatus
{
    /// <summary>Can be used to request tokens.</summary>
    Active,

    /// <summary>Cannot be used, and its tokens are invalid.</summary>
    Inactive,
}

/// <summary>An access key of a service user: its id and a hash of its secret, never the secret.</summary>
public sealed record AccessKey : Resource
{
    /// <summary>The organization of the key.</summary>
    public required string OrganizationId { get; init; }

    /// <summary>The service user that the key belongs to.</summary>
    public required string ServiceUserId { get; init; }

    /// <summary>The public part of the key.</summary>
    public required string AccessKeyId { get; init; }

    /// <summary>Salt and salted hash of the secret, both base64.</summary>
    public required string SecretHash { get; init; }

    /// <summary>Its status.</summary>
    public AccessKeyStatus Status { get; init; }

    /// <summary>When a token was last issued for it or verified, accurate to the minute.</summary>
    public Instant? DtLastUsed { get; init; }
}

/// <summary>The definition of access keys.</summary>
public static class AccessKeyResource
{
    /// <summary>
    /// Keys are looked up before the organization is known, so they are stored under the installation instead of their
    /// organization.
    /// </summary>
    public const string Installation = "installation";

    /// <summary>The definition.</summary>
    public static ResourceDefinition<AccessKey> Definition { get; } =
        new("AccessKey", "accesskeys", () => AccessJson.Format.AccessKey)
        {
            IsInternal = true,
            PolicyNames = ["config:serviceUserCredentials"],
            RevokesAccess = (current, proposed) =>
                current?.Status == AccessKeyStatus.Active && proposed?.Status != AccessKeyStatus.Active,
            UniqueBy = [new("access_key_id", key => key.AccessKeyId)],
            IndexedBy = [new("service_user_id", key => key.ServiceUserId)],
        };
}
