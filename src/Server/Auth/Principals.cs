using System.Text.Json.Serialization;
using NodaTime;
using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;
using Tallystick.Server.Invitations;
using Tallystick.Server.Permissions;
using Tallystick.Server.ResourceGroups;
using Tallystick.Server.ServiceUsers;
using Tallystick.Server.SignIn;
using Tallystick.Server.Users;

namespace Tallystick.Server.Auth;

/// <summary>A program that calls the API, with the rights that its policies give.</summary>
internal sealed record ServiceUser : Resource
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

/// <summary>Whether an access key opens anything.</summary>
internal enum AccessKeyStatus
{
    /// <summary>Gets tokens.</summary>
    Active,

    /// <summary>Gets none, and its tokens are refused.</summary>
    Inactive,
}

/// <summary>An access key of a service user: its id and a hash of its secret, never the secret.</summary>
internal sealed record AccessKey : Resource
{
    /// <summary>The organization whose data the key opens.</summary>
    public required string OrganizationId { get; init; }

    /// <summary>The service user that the key belongs to.</summary>
    public required string ServiceUserId { get; init; }

    /// <summary>The public part of the key.</summary>
    public required string AccessKeyId { get; init; }

    /// <summary>Salt and salted hash of the secret, both base64.</summary>
    public required string SecretHash { get; init; }

    /// <summary>Whether it opens anything.</summary>
    public AccessKeyStatus Status { get; init; }

    /// <summary>When a token was last got or checked with it, to the minute.</summary>
    public Instant? DtLastUsed { get; init; }
}

[JsonSerializable(typeof(Organization))]
[JsonSerializable(typeof(InstalledOrganization))]
[JsonSerializable(typeof(ServiceUser))]
[JsonSerializable(typeof(AccessKey))]
[JsonSerializable(typeof(AccessKeyAnswer))]
[JsonSerializable(typeof(PermissionPolicy))]
[JsonSerializable(typeof(PrincipalPermission))]
[JsonSerializable(typeof(PrincipalPermissionRequest))]
[JsonSerializable(typeof(ResourceGroup))]
[JsonSerializable(typeof(ResourceGroupItem))]
[JsonSerializable(typeof(ResourceGroupItemRequest))]
[JsonSerializable(typeof(OrgUser))]
[JsonSerializable(typeof(Support))]
[JsonSerializable(typeof(Login))]
[JsonSerializable(typeof(OrgUserInvitation))]
[JsonSerializable(typeof(AcceptInvitationRequest))]
[JsonSerializable(typeof(SignInRequest))]
internal sealed partial class AuthJson : JsonSerializerContext
{
    internal static AuthJson Format { get; } = new(JsonFormat.NewOptions());
}

internal static class ServiceUserResource
{
    internal static ResourceDefinition<ServiceUser> Definition { get; } =
        new("ServiceUser", "serviceusers", () => AuthJson.Format.ServiceUser)
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

internal static class AccessKeyResource
{
    /// <summary>
    /// Keys are looked up before the organization is known, so they are kept under the installation rather than
    /// under their organization.
    /// </summary>
    internal const string Installation = "installation";

    internal static ResourceDefinition<AccessKey> Definition { get; } =
        new("AccessKey", "accesskeys", () => AuthJson.Format.AccessKey)
        {
            IsInternal = true,
            TakesAccess = (current, proposed) =>
                current?.Status == AccessKeyStatus.Active && proposed?.Status != AccessKeyStatus.Active,
            UniqueBy = [new("access_key_id", key => key.AccessKeyId)],
            IndexedBy = [new("service_user_id", key => key.ServiceUserId)],
        };
}
