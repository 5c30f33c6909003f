using NodaTime;
using Tallystick.Access.Permissions;
using Tallystick.Foundation.Json;
using Tallystick.Resources.Definitions;

namespace Tallystick.Access.Users;

/// <summary>A person who uses the product.</summary>
public record User : Resource
{
    /// <summary>First name.</summary>
    [ServerSet]
    public string? FirstName { get; init; }

    /// <summary>Surname.</summary>
    [ServerSet]
    public string? LastName { get; init; }

    /// <summary>Telephone number.</summary>
    [ServerSet]
    public string? ContactNumber { get; init; }

    /// <summary>E-mail address, used to sign in.</summary>
    [ServerSet]
    public string? Email { get; init; }

    /// <summary>UUIDs of the organizations that the person has access to and the caller may see.</summary>
    [ServerSet]
    public IReadOnlyList<string>? Organizations { get; init; }

    /// <summary>The date and time (ISO 8601, UTC) when the person first accepted the terms of use.</summary>
    [ServerSet]
    public Instant? FirstAcceptedTermsAndConditions { get; init; }

    /// <summary>The date and time (ISO 8601, UTC) when the person last accepted the terms of use.</summary>
    [ServerSet]
    public Instant? LastAcceptedTermsAndConditions { get; init; }

    /// <summary>True for a support user, whose permissions are set in the organization's support settings.</summary>
    [ServerSet]
    public bool? SupportUser { get; init; }
}

/// <summary>A person as a user of one organization.</summary>
public sealed record OrgUser : User
{
    /// <summary>Permission statements of this user, in addition to the attached policies.</summary>
    public IReadOnlyList<PermissionStatement>? PermissionPolicy { get; init; }

    /// <summary>The date and time (ISO 8601) when the user's access ends. Never if absent.</summary>
    public Instant? DtEndAccess { get; init; }
}

/// <summary>The definition of users.</summary>
public static class OrgUserResource
{
    /// <summary>The definition.</summary>
    public static ResourceDefinition<OrgUser> Definition { get; } =
        new("OrgUser", "users", () => AccessJson.Format.OrgUser)
        {
            DefinesPermissions = true,
            RevokesAccess = (current, _) => current is not null,
            Tag = "OrgUsers",
            PolicyNames = ["config:orgUser", "config:user"],
            IsInternal = true,
            MaximumPageSize = 200,
            UniqueBy = [new("email", user => user.Email?.ToLowerInvariant())],
            Complete = (proposed, current, _) => ValueTask.FromResult(
                current is null
                    ? proposed
                    : current with
                    {
                        PermissionPolicy = proposed.PermissionPolicy,
                        DtEndAccess = proposed.DtEndAccess,
                    }),
            Check = (user, issues) =>
                PermissionStatements.Check(user.PermissionPolicy ?? [], "permissionPolicy", issues),
        };
}
